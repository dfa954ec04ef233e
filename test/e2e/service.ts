import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import {
  scriptedModel,
  startEmulator,
  type EmulatedCall,
  type Emulator,
  type EmulatorOptions,
  type Model,
  type ScriptStep,
} from '../../emulator/index.ts';
import { verbatim } from '../../emulator/models/verbatim.ts';
import { build } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import { storeTemplate } from '../store/template.ts';
import { createLogger, type LogRoot } from '../../src/logger.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

export const WEBHOOK_SECRET = `whsec_${Buffer.from('a-secret-of-tests-only-32-bytes!').toString('base64')}`;
export const API_KEY = 'sk-emulator-key-of-tests-only';

/** The service and OpenAI's side, both on real sockets. */
export interface Service {
  readonly app: FastifyInstance;
  readonly emulator: Emulator;
  readonly url: string;
  /** Log lines written so far. */
  readonly lines: string[];
}

export interface ServiceOptions {
  readonly env?: Record<string, string>;
  readonly emulator?: EmulatorOptions;
  readonly clock?: Clock;
  readonly extraTools?: readonly Tool[];
}

/** Boots both on free ports with a store in memory; closes both when the test ends. */
export async function startService(t: Test, options: ServiceOptions = {}): Promise<Service> {
  const clock = options.clock ?? systemClock;
  const emulator = await startEmulator({
    apiKey: API_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    playback: { speed: 100 },
    ...options.emulator,
  });
  t.teardown(() => emulator.close());
  const lines: string[] = [];
  const app = await build({
    config: loadConfig({
      NODE_ENV: 'test',
      OPENAI_API_KEY: API_KEY,
      OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
      OPENAI_BASE_URL: emulator.baseUrl,
      DATA_DIR: 'memory://',
      LOG_LEVEL: 'trace',
      // Tests ring from one number all day long; the limit has tests of its own.
      CALLS_PER_NUMBER_PER_HOUR: '0',
      ...options.env,
    }),
    log: memoryLog(lines).log,
    storeTemplate: await storeTemplate(),
    clock,
    metrics: createMetrics({ process: false }),
    ...(options.extraTools === undefined ? {} : { extraTools: options.extraTools }),
  });
  t.teardown(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  emulator.deliverTo(`${url}/openai-webhook`);
  return { app, emulator, url, lines };
}

function memoryLog(lines: string[]): LogRoot {
  return createLogger({
    level: 'trace',
    destination: { write: (line: string) => void lines.push(line), droppedLines: () => 0 } as never,
  });
}

/** Waits until the call's final state is stored. */
export async function storedEnd(service: Service, callId: string, timeoutMs = 5_000) {
  const { calls } = service.app.store;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const call = await calls.getCall(callId);
    if (call !== null && call.endedAt !== null) return call;
    if (performance.now() > deadline)
      throw new Error(`call ${callId} is ${call?.state ?? 'unknown'} after ${timeoutMs} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until the greeting was heard and the caller may speak. */
export async function greeted(call: EmulatedCall): Promise<void> {
  await call.waitFor(({ direction, event }) => direction === 'received' && event.type === 'session.update');
}

/** A model that says what it is asked to say word for word, and otherwise follows the script. */
export function script(...steps: readonly ScriptStep[]): Model {
  const scripted = scriptedModel(steps);
  return async (turn) => {
    const words = verbatim(turn.request?.['instructions']);
    return words === null ? scripted(turn) : [{ say: words }];
  };
}

/** Waits until the caller has heard a sentence that contains `words` to its end, or cut. */
export async function hears(call: EmulatedCall, words: string, timeoutMs?: number): Promise<void> {
  while (!call.heard.some(({ text }) => text.includes(words))) {
    await call.waitFor(
      ({ event }) =>
        event.type === 'output_audio_buffer.stopped' || event.type === 'output_audio_buffer.cleared',
      timeoutMs,
    );
  }
}

/** A function call of the model, as a part of its response. */
export function calls(name: string, args: unknown) {
  return { call: { name, arguments: JSON.stringify(args) } };
}
