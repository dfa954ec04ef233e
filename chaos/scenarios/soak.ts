import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crowd, deliver, ringing } from '../../bench/ringing.ts';
import { wholeCall } from '../../bench/scripts.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { openCalls } from '../stored.ts';
import { goStraight } from '../straight.ts';

const CALLS = { short: 2_000, long: 20_000 };
/** Calls before the first measurement: code is compiled, caches of deliveries and pools are full. */
const WARM_UP = { short: 1_000, long: 3_000 };
const AT_ONCE = 10;
/** The last calls are stored, and timers have run, ms. */
const SETTLE_MS = 3_000;
const LOOK_MS = 50;
const AGAIN_MS = 200;
/** A whole call takes less, however busy the machine is, ms. */
const CALL_MS = 60_000;
const MEASURED = fileURLToPath(new URL('../measured.js', import.meta.url));

/** One node that answers call after call: what stays behind of each in its memory. */
export const soak: Scenario = {
  about: '20,000 calls on one node: memory that is left of each after a garbage collection',
  alone: true,
  run: async ({ house, short, profiling, late, progress }) => {
    const memoryFile = join(house.directory, 'memory.jsonl');
    const straight = await goStraight(
      house,
      ['soak'],
      // What is measured is memory: a busy machine may take its time.
      { CHAOS_MEMORY_FILE: memoryFile, LOG_LEVEL: 'warn', CLAIM_TIMEOUT_MS: '5000' },
      ['--expose-gc', '--import', MEASURED, ...profiling],
    );
    const { peer } = straight;
    const [node] = straight.nodes;
    if (node === undefined) throw new Error('no node');
    const target = { name: 'service' as const, port: node.parts.port };
    const play = async (count: number, what: string): Promise<number> => {
      let done = 0;
      await crowd(count, AT_ONCE, async () => {
        if (late()) return;
        const webhook = ringing();
        const ended = new Promise<void>((resolve) => {
          peer.expect(webhook.callId, wholeCall(resolve));
        });
        // What could not be stored in time is delivered again.
        while ((await deliver(target, webhook)).status !== 200) await pause(AGAIN_MS);
        await within(ended, webhook.callId);
        peer.forget(webhook.callId);
        done += 1;
        if (done % 500 === 0) progress(`${what}: ${done} of ${count} calls`);
      });
      while ((await openCalls(house.db)) > 0) await pause(LOOK_MS);
      await pause(SETTLE_MS);
      return done;
    };
    const measure = async (): Promise<Memory> => {
      rmSync(memoryFile, { force: true });
      process.kill(node.pid, 'SIGUSR2');
      while (!existsSync(memoryFile)) await pause(LOOK_MS);
      await pause(LOOK_MS);
      return JSON.parse(readFileSync(memoryFile, 'utf8')) as Memory;
    };
    await play(short ? WARM_UP.short : WARM_UP.long, 'warming up');
    const before = await measure();
    const calls = await play(short ? CALLS.short : CALLS.long, 'soak');
    const after = await measure();
    await straight.close();
    const grown = (after.heapUsed + after.external - before.heapUsed - before.external) / calls;
    return {
      placed: [],
      breaches: [],
      figures: [
        { name: 'calls of the soak', value: String(calls) },
        { name: 'heap and buffers after them, per call', value: `${Math.round(grown)} bytes` },
        {
          name: 'memory of the process, before and after',
          value: `${megabytes(before.rss)}, ${megabytes(after.rss)}`,
        },
      ],
    };
  },
};

interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

async function within(ended: Promise<void>, callId: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${callId} does not come to its end`)), CALL_MS);
  });
  await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
