import Type from 'typebox';
import type { AddressInfo } from 'node:net';
import { build } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import type { Tool } from '../src/tools/tool.ts';
import { serveControl, TOOL_NAME } from './control.ts';

/*
 * The service as `npm start` runs it: durable store on a real directory, lines of level info to a pipe, all plugins.
 * Beside it only a tool that reads the store once, and the private channel to the meter.
 */

const lookUp: Tool = {
  name: TOOL_NAME,
  description: 'Reads what is stored of this call.',
  parameters: Type.Object({ caller_name: Type.String() }),
  effect: 'read',
  run: async (_args, { store, callId }) => {
    const call = await store.getCall(callId);
    return { status: 'ok', output: { ok: true, state: call?.state ?? null } };
  },
};

/** Between two looks at whether the service is idle, ms. */
const LOOK_MS = 1;

const config = loadConfig(process.env);
const { log, droppedLines } = createLogger({ level: config.LOG_LEVEL });
const app = await build({ config, log, droppedLogLines: droppedLines, extraTools: [lookUp] });
await app.listen({ port: 0, host: '127.0.0.1' });
serveControl((app.server.address() as AddressInfo).port, { settle, close: () => app.close() });

/** Waits until every call but the held ones is over and stored as such, and every row is written. */
async function settle(held: number): Promise<void> {
  const idle = (): boolean => app.callManager.calls === held && app.recorder.pending === 0;
  while (!idle()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  await app.store.calls.ping();
}
