import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Attempts } from '../src/api/attempts.ts';
import { Gate } from '../src/api/gate.ts';
import { bearerKey, hashOfKey, isValid, sameHash } from '../src/api/key.ts';
import { ApiProblem } from '../src/api/problem.ts';
import { allows, type Scope } from '../src/api/scopes.ts';
import type { Clock } from '../src/lib/clock.ts';
import type { ApiKeyRecord } from '../src/store/api-ports.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be good for to use the route; null: no key is asked for. */
    scope?: Scope | null;
  }
  interface FastifyRequest {
    /** The key of a request of the API; null before it was checked. */
    apiKey: ApiKeyRecord | null;
  }
}

export interface ApiAccessOptions {
  readonly clock: Clock;
}

const MS_PER_SECOND = 1_000;

/**
 * In the scope of the API: lets requests in whose key is good for what they want, a few at a time, and leaves a line
 * about each: who asked for what. Names and ids only; what was read is in no log.
 */
export default fp<ApiAccessOptions>(
  async (app, { clock }) => {
    const attempts = new Attempts(clock);
    const gate = new Gate();

    app.decorateRequest('apiKey', null);
    app.addHook('onRoute', (route) => {
      if (route.config?.scope === undefined)
        throw new Error(`${route.url}: a route of the API needs a scope`);
      const { handler } = route;
      route.handler = async function (request, reply) {
        return gate.run(async () => handler.call(this, request, reply));
      };
    });

    app.addHook('onRequest', async (request, reply) => {
      const scope = request.is404 ? undefined : request.routeOptions.config.scope;
      if (scope === null) return;
      const key = await identify(request).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === 'unauthorized')
          reply.header('www-authenticate', 'Bearer realm="denwaban"');
        throw error;
      });
      request.apiKey = key;
      if (scope === undefined || allows(key.scopes, scope)) return;
      reply.header(
        'www-authenticate',
        `Bearer realm="denwaban", error="insufficient_scope", scope="${scope}"`,
      );
      throw new ApiProblem('forbidden', { detail: `the key lacks the scope ${scope}` });
    });

    app.addHook('onResponse', async (request, reply) => {
      const { method, routeOptions, apiKey } = request;
      const client = apiKey?.name ?? null;
      if (client === null && reply.statusCode === 200) return;
      request.log.info(
        { client, method, route: routeOptions.url ?? null, status: reply.statusCode },
        'API request',
      );
    });

    async function identify(request: FastifyRequest): Promise<ApiKeyRecord> {
      const key = bearerKey(request.headers.authorization);
      // What has not the form of a key costs nothing, and guesses nothing.
      if (key === null) throw new ApiProblem('unauthorized');
      const hash = hashOfKey(key);
      const wait = attempts.waitMs(request.ip, hash);
      if (wait > 0) {
        throw new ApiProblem('too_many_attempts', { retryAfterSeconds: Math.ceil(wait / MS_PER_SECOND) });
      }
      const found = await app.store.api.findKey(hash);
      const now = clock.now();
      if (found === null || !sameHash(found.hash, hash) || !isValid(found, now)) {
        attempts.failed(request.ip, hash);
        throw new ApiProblem('unauthorized');
      }
      attempts.succeeded(hash);
      await app.store.api.touchKey(found.keyId, now);
      return found;
    }
  },
  { fastify: '5.x', name: 'api-access', dependencies: ['store', 'api-problems'] },
);
