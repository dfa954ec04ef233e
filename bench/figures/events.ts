import { spokenDeltas, transcriptDone } from '../events.ts';
import type { PeerCall } from '../peer.ts';
import { crowd, ring } from '../ringing.ts';
import { hold } from '../scripts.ts';
import type { Target } from '../target.ts';
import { cpuOf, interleave, pause, type Bench, type Figure } from './figure.ts';

const CALLS = 50;
const RESPONSE = 'resp_000000000000000000009';
const ITEM = 'item_000000000000000000009';
/** A spoken turn: its deltas and its end, which is the one event of it that is read. */
const DELTAS = 49;
const TURN = [
  ...spokenDeltas(RESPONSE, ITEM, DELTAS),
  transcriptDone(RESPONSE, ITEM, 'ありがとう'.repeat(DELTAS)),
];
/** A turn is sent to one call after the other, then again: below the rate that the service takes for an attack. */
const ROUND_MS = 40;

/** What one event costs when events arrive in bunches, as they do while a response is generated. */
export async function events(bench: Bench): Promise<Figure[]> {
  const turns = bench.quick ? 10 : 24;
  const held = new Map<Target, readonly PeerCall[]>();
  for (const target of bench.targets) held.set(target, await holdCalls(bench, target, CALLS));
  const { floor, service } = await interleave(bench, 'events', async (target) => {
    const cpu = await cpuOf(
      target,
      async () => {
        for (let turn = 0; turn < turns; turn += 1) {
          for (const call of held.get(target) ?? []) call.send(TURN);
          await pause(ROUND_MS);
        }
      },
      CALLS,
    );
    return { cpu: cpu / (turns * CALLS * TURN.length) };
  });
  for (const target of bench.targets) await endCalls(bench, target, held.get(target) ?? []);
  return [
    {
      name: 'CPU per event, in bunches',
      unit: 'µs',
      floor: floor.cpu,
      service: service.cpu,
      goal: { kind: 'ratio', most: 1.5 },
    },
  ];
}

/** Brings up calls that stay: greeted, and silent from then on. */
export async function holdCalls(
  bench: Pick<Bench, 'peer'>,
  target: Target,
  count: number,
): Promise<readonly PeerCall[]> {
  const calls: PeerCall[] = [];
  await crowd(count, 16, async () => {
    await new Promise<void>((resolve, reject) => {
      ring(
        bench.peer,
        target,
        hold((call) => {
          calls.push(call);
          resolve();
        }),
      ).catch(reject);
    });
  });
  return calls;
}

export async function endCalls(bench: Bench, target: Target, calls: readonly PeerCall[]): Promise<void> {
  for (const call of calls) call.hangUp();
  await pause(200);
  await target.ask('settle');
  for (const call of calls) bench.peer.forget(call.id);
}
