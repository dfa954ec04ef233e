import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { ApiProblem } from '../src/api/problem.ts';
import {
  createWrites,
  fingerprintOf,
  readIdempotencyKey,
  type WriteTransaction,
  type Written,
} from '../src/api/writes.ts';
import type { ChangeSource } from '../src/briefing/registration.ts';
import { describeError } from '../src/errors.ts';
import type { Clock, Timer } from '../src/lib/clock.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Does a write once per Idempotency-Key and answers it. */
    readonly apiWrite: (
      request: FastifyRequest,
      reply: FastifyReply,
      work: (transaction: WriteTransaction) => Promise<Written>,
      options?: { readonly timeoutMs?: number },
    ) => Promise<FastifyReply>;
    /** Who is answerable for what a request changes. */
    readonly apiSource: (request: FastifyRequest) => ChangeSource;
  }
}

export interface ApiWritesOptions {
  readonly clock: Clock;
}

/** Ms between the deletions of answers that are older than a day: they hold what was answered. */
const FORGET_MS = 3_600_000;

/** In the scope of the API: writes that are done once. */
export default fp<ApiWritesOptions>(
  async (app, { clock }) => {
    const write = createWrites({ transact: app.store.transact, clock });

    app.decorate('apiSource', (request) => ({ kind: 'team', memberId: keyOf(request).name }));
    app.decorate('apiWrite', async (request, reply, work, options) => {
      const { method, url, headers, body } = request;
      const result = await write(
        {
          keyId: keyOf(request).keyId,
          idempotencyKey: readIdempotencyKey(headers['idempotency-key']),
          fingerprint: fingerprintOf({ method, url, ifMatch: headers['if-match'], body }),
        },
        work,
        options,
      );
      reply.code(result.status).headers(result.headers);
      if (result.replayed) reply.header('idempotent-replayed', 'true');
      if (result.body === '') return reply.send();
      return reply.type('application/json; charset=utf-8').send(result.body);
    });

    let timer: Timer | null = null;
    const forget = async (): Promise<void> => {
      await app.store.api.forgetAnswers(clock.now()).catch((error: unknown) => {
        app.log.warn({ reason: describeError(error) }, 'Old answers of the API were not deleted');
      });
    };
    const plan = (): void => {
      timer = clock.setTimer(FORGET_MS, () => void forget().then(plan));
    };
    app.addHook('onReady', async () => {
      await forget();
      plan();
    });
    app.addHook('onClose', async () => timer?.cancel());
  },
  { fastify: '5.x', name: 'api-writes', dependencies: ['store', 'api-access'] },
);

function keyOf(request: FastifyRequest) {
  if (request.apiKey === null) throw new ApiProblem('unauthorized');
  return request.apiKey;
}
