import { setTimeout as later } from 'node:timers/promises';
import Type from 'typebox';
import { listenHost, loadConfig } from '../../src/config.ts';
import { start } from '../../src/lifecycle.ts';
import type { Tool, ToolContext, ToolOutcome } from '../../src/tools/tool.ts';

/** The service with tools that break the rules of asynchronous code. Started by isolation.test.ts. */

const DONE: ToolOutcome = { status: 'ok', output: { ok: true } };

function faulty(name: string, misbehave: (context: ToolContext) => void): Tool {
  return {
    name,
    description: 'Breaks.',
    parameters: Type.Object({}),
    effect: 'read',
    run: async (_args, context) => {
      misbehave(context);
      return DONE;
    },
  };
}

/** The signal of a tool comes when it has answered: by then its caller has hung up, also on a busy machine, ms. */
const LATE_MS = 1_000;

const config = loadConfig(process.env);
await start(config, [], listenHost(config), {
  extraTools: [
    faulty('reject_floating', () => void Promise.reject(new Error('floating'))),
    faulty('reject_after_query', (context) => void failAfterQuery(context)),
    faulty('throw_in_timer', () => setTimeout(fail, 10)),
    faulty('throw_in_tick', () => process.nextTick(fail)),
    faulty('throw_in_immediate', () => setImmediate(fail)),
    faulty('throw_after_the_call', ({ signal }) =>
      signal.addEventListener('abort', () => setTimeout(fail, LATE_MS)),
    ),
    faulty('reject_after_the_call', ({ signal }) => signal.addEventListener('abort', () => void failLate())),
  ],
});

function fail(): never {
  throw new Error('thrown');
}

async function failAfterQuery({ store }: ToolContext): Promise<void> {
  await store.ping();
  fail();
}

async function failLate(): Promise<void> {
  await later(LATE_MS);
  fail();
}
