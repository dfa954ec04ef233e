import type { PeerCall } from '../../bench/peer.ts';
import { deliver, ringing } from '../../bench/ringing.ts';
import { leave } from '../../bench/scripts.ts';
import { pause } from '../node.ts';
import type { Breach } from '../oracle.ts';
import type { Scenario } from '../scenario.ts';
import { duration, spread } from '../stats.ts';
import { openCalls } from '../stored.ts';
import { goStraight, type Straight } from '../straight.ts';

const PER_SECOND = 50;
const SECONDS = { short: 5, long: 60 };
/** Calls come at this pace at first, so that the code of three new processes is compiled, seconds. */
const WARM_UP_SECONDS = { short: 5, long: 10 };
/** What a delivery is answered that could not be stored in time: it comes again after so many ms. */
const BUSY = 503;
const AGAIN_MS = 200;
const LOOK_MS = 50;

interface Rung {
  readonly call: PeerCall;
  readonly sentAt: number;
  readonly answeredMs: number;
  readonly deliveries: number;
}

/** Calls that come at an even pace, and nothing breaks. Callers leave as soon as the greeting begins. */
export const rate: Scenario = {
  about: '50 calls a second for a minute: from the webhook to the accept on the wire',
  alone: true,
  run: async ({ house, short, profiling, progress }) => {
    const straight = await goStraight(house, ['rate-a', 'rate-b', 'rate-c'], {}, profiling);
    progress('warming up');
    await play(straight, PER_SECOND * (short ? WARM_UP_SECONDS.short : WARM_UP_SECONDS.long));
    const count = PER_SECOND * (short ? SECONDS.short : SECONDS.long);
    progress(`${count} calls`);
    const before = cpuMs(straight);
    const rung = await play(straight, count);
    while ((await openCalls(house.db)) > 0) await pause(LOOK_MS);
    const cpuPerCall = (cpuMs(straight) - before) / count;
    await straight.close();
    return {
      placed: [],
      breaches: rung.flatMap(breachesOf),
      figures: [
        {
          name: 'calls, of these delivered again after a 503',
          value: `${rung.length}, ${rung.filter(({ deliveries }) => deliveries > 1).length}`,
        },
        { name: 'CPU time of the nodes per call, to its end', value: duration(cpuPerCall) },
        {
          name: 'webhook → 2xx at 50 a second',
          value: spread(rung.map(({ answeredMs }) => answeredMs)),
        },
        {
          name: 'webhook → accept on the wire at 50 a second',
          value: spread(
            rung.flatMap(({ call, sentAt }) => (call.acceptedAt === 0 ? [] : [call.acceptedAt - sentAt])),
          ),
        },
      ],
    };
  },
};

function cpuMs({ nodes }: Straight): number {
  return nodes.reduce((sum, node) => sum + node.cpuMs, 0);
}

async function play({ nodes, peer }: Straight, count: number): Promise<readonly Rung[]> {
  const ringings: Promise<Rung>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    await pause(Math.max(0, startedAt + (index * 1_000) / PER_SECOND - performance.now()));
    const node = nodes[index % nodes.length];
    if (node === undefined) throw new Error('no node');
    ringings.push(ringOnce({ name: 'service', port: node.parts.port }));
  }
  return Promise.all(ringings);

  async function ringOnce(target: { readonly name: 'service'; readonly port: number }): Promise<Rung> {
    const webhook = ringing();
    const call = peer.expect(webhook.callId, leave);
    const sentAt = performance.now();
    for (let deliveries = 1; ; deliveries += 1) {
      const { status } = await deliver(target, webhook);
      if (status !== BUSY) return { call, sentAt, answeredMs: performance.now() - sentAt, deliveries };
      await pause(AGAIN_MS);
    }
  }
}

function breachesOf({ call }: Rung): Breach[] {
  const where = call.id;
  if (call.acceptedAt === 0 || !call.over)
    return [{ invariant: 'unanswered', where, words: 'nobody greeted the caller' }];
  if (call.accepts > 1) return [{ invariant: 'double_accept', where, words: `${call.accepts} were sent` }];
  return [];
}
