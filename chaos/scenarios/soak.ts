import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPeer } from '../../bench/peer.ts';
import { crowd, hangUpConnections, ring, SECRET } from '../../bench/ringing.ts';
import { wholeCall } from '../../bench/scripts.ts';
import { freePort, pause, ServiceNode } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { openCalls } from '../stored.ts';

const CALLS = { short: 2_000, long: 20_000 };
/** Calls before the first measurement: code is compiled, caches of deliveries and pools are full. */
const WARM_UP = { short: 1_000, long: 3_000 };
const AT_ONCE = 10;
/** The last calls are stored, and timers have run, ms. */
const SETTLE_MS = 3_000;
const LOOK_MS = 50;
const MEASURED = fileURLToPath(new URL('../measured.js', import.meta.url));

/** One node that answers call after call: what stays behind of each in its memory. */
export const soak: Scenario = {
  about: '20,000 calls on one node: memory that is left of each after a garbage collection',
  usual: false,
  run: async ({ house, short, late, progress }) => {
    await Promise.all(house.nodes.map(async (node) => node.kill()));
    const [model] = house.nodes;
    if (model === undefined) throw new Error('no node');
    const peer = await startPeer();
    const port = await freePort();
    const memoryFile = join(house.directory, 'memory.jsonl');
    const env = {
      ...model.parts.env,
      PORT: String(port),
      OPENAI_BASE_URL: peer.baseUrl,
      OPENAI_WEBHOOK_SECRET: SECRET,
      CHAOS_MEMORY_FILE: memoryFile,
      LOG_LEVEL: 'warn',
      // What is measured is memory: a busy machine may take its time.
      CLAIM_TIMEOUT_MS: '5000',
    };
    const logFile = join(house.directory, 'node-soak.log');
    const node = new ServiceNode({ ...model.parts, name: 'soak', port, env, logFile });
    await node.start(['--expose-gc', '--import', MEASURED]);
    const target = {
      name: 'service' as const,
      port,
      bootMs: 0,
      ask: async () => Promise.reject(new Error('not asked')),
      stop: async () => undefined,
      kill: async () => undefined,
    };
    const play = async (count: number, what: string): Promise<number> => {
      let done = 0;
      await crowd(count, AT_ONCE, async () => {
        if (late()) return;
        let over: () => void = () => undefined;
        const ended = new Promise<void>((resolve) => (over = resolve));
        const { call } = await ring(peer, target, wholeCall(over));
        await ended;
        peer.forget(call.id);
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
    await node.stop();
    hangUpConnections();
    await peer.close();
    await Promise.all(house.nodes.map(async (each) => each.start()));
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

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
