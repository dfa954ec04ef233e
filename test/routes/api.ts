import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Test } from 'tap';
import outboxPlugin from '../../plugins/outbox.ts';
import storePlugin from '../../plugins/store.ts';
import telemetry from '../../plugins/telemetry.ts';
import { hashOfKey, makeKey } from '../../src/api/key.ts';
import type { Scope } from '../../src/api/scopes.ts';
import { loadConfig } from '../../src/config.ts';
import { answerErrors } from '../../src/http-errors.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createLogger } from '../../src/logger.ts';
import { registerRestApi } from '../../src/rest-api.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { MINIMAL } from '../config/environments.ts';
import { storeTemplate } from '../store/template.ts';

/** The API over a socket, with a store of its own and nothing of the telephone. */
export interface Api {
  readonly app: FastifyInstance;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** A key that may do everything. */
  readonly key: string;
  /** Log lines so far. */
  readonly lines: string[];
  /** Stores a key. */
  keyWith(scopes: readonly Scope[], changes?: { name?: string; expiresAt?: number }): Promise<string>;
  /** A request with the key that may do everything, unless told otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; undefined when it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows what it asked for
  readonly json: any;
  readonly text: string;
}

export interface ApiOptions {
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
  readonly busy?: () => boolean;
  /** Of the key that may do everything: nodes that share a store need different ones. */
  readonly keyName?: string;
}

export async function startApi(t: Test, options: ApiOptions = {}): Promise<Api> {
  const { clock = systemClock } = options;
  const config = loadConfig({ ...MINIMAL, DATA_DIR: 'memory://', QUIET_HOURS: '', ...options.env });
  const lines: string[] = [];
  const { log: loggerInstance }: { log: FastifyBaseLogger } = createLogger({
    level: 'trace',
    destination: { write: (line: string) => void lines.push(line), droppedLines: () => 0 } as never,
  });
  const app: FastifyInstance = Fastify({
    loggerInstance,
    pluginTimeout: 60_000,
    logController: new LogController({ disableRequestLogging: true }),
  });
  answerErrors(app);
  const provided = fp(async (instance) => void instance.decorate('config', config), { name: 'config' });
  await app.register(provided);
  await app.register(telemetry, { metrics: createMetrics({ process: false }) });
  await app.register(storePlugin, {
    clock: systemClock,
    random: systemRandom,
    busy: () => false,
    template: await storeTemplate(),
  });
  await app.register(outboxPlugin, { clock: systemClock, random: systemRandom });
  await registerRestApi(app, { clock, random: systemRandom, busy: () => options.busy?.() ?? false });
  t.teardown(async () => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  let keys = 0;
  const keyWith: Api['keyWith'] = async (scopes, changes = {}) => {
    keys += 1;
    const key = makeKey(systemRandom);
    await app.store.api.createKey({
      keyId: `${options.keyName ?? 'key'}-${keys}`,
      name: changes.name ?? `${options.keyName ?? 'client'} ${keys}`,
      hash: hashOfKey(key),
      scopes,
      createdAt: clock.now(),
      expiresAt: changes.expiresAt ?? null,
    });
    return key;
  };
  const key = await keyWith(['admin'], { name: options.keyName ?? 'everything' });
  return {
    app,
    url,
    key,
    lines,
    keyWith,
    call: async (method, path, { body, headers = {}, ...given } = {}) => {
      const sent = given.key === undefined ? key : given.key;
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(sent === null ? {} : { authorization: `Bearer ${sent}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson && text !== '' ? JSON.parse(text) : undefined,
      };
    },
  };
}
