import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Type from 'typebox';
import { listenHost, loadConfig } from '../../src/config.ts';
import { start } from '../../src/lifecycle.ts';
import { memoryUse } from '../../src/telemetry/memory-use.ts';
import type { Tool, ToolOutcome } from '../../src/tools/tool.ts';

/** The service with tools that bring its process into trouble. Started by the weather tests. */

/** Share of the heap that is filled. */
const FULL = 0.88;
/** Numbers of one step, 8 bytes each: a few megabytes that the collector need not look through. */
const STEP = 200_000;
/** The event loop stands still this long, ms. */
const BLOCKED_MS = Number(process.env['BLOCKED_MS'] ?? 0);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const done: ToolOutcome = { status: 'ok', output: { ok: true } };
let hoard: number[][] = [];

function tool(name: string, effect: Tool['effect'], run: Tool['run']): Tool {
  return { name, description: 'Troubles.', parameters: Type.Object({}), effect, run };
}

const config = loadConfig(process.env);
await start(config, [], listenHost(config), {
  extraTools: [
    tool('fill_memory', 'read', async () => {
      while (memoryUse().heap < FULL) hoard.push(Array.from({ length: STEP }, () => 0.5));
      return done;
    }),
    tool('free_memory', 'read', async () => {
      hoard = [];
      collect();
      return done;
    }),
    tool('block_loop', 'write', async (_args, { callId, functionCallId }) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
      return {
        effect: async ({ calls }) => {
          await calls.saveMessage({
            callId,
            naturalKey: `${functionCallId} ${process.pid}`,
            callerName: null,
            callbackNumber: null,
            body: 'blocked',
            at: 1,
          });
          return done;
        },
      };
    }),
  ],
});
