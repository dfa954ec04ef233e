import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { MAX_SHOWN_IDS, shownIn, type Shown } from '../src/api/shown.ts';
import type { Clock } from '../src/lib/clock.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the answer shows of people. Handlers that answer with files say so themselves. */
    shown: Shown | null;
  }
}

export interface ApiAuditOptions {
  readonly clock: Clock;
}

/** What is about people; briefings, slots and keys are not. */
const ABOUT_PEOPLE: ReadonlySet<string> = new Set([
  'applicants',
  'registrations',
  'rosters',
  'calls',
  'messages',
  'leads',
]);

/**
 * In the scope of the API: each answer with personal data is a row of the audit before it leaves: which key asked for what,
 * and whose records it got. Changes have rows and histories of their own.
 */
export default fp<ApiAuditOptions>(
  async (app, { clock }) => {
    app.decorateRequest('shown', null);
    app.addHook('preSerialization', async (request, _reply, body) => {
      if (typeof body === 'object' && body !== null) request.shown ??= shownIn(body);
      return body;
    });
    app.addHook('onSend', async (request, reply, payload) => {
      // A failed answer shows nothing; were it a row too, a store that is away could never be told of.
      if (!readsPeople(request) || reply.statusCode >= 500 || request.apiKey === null) return payload;
      const { keyId } = request.apiKey;
      const { url: route = '' } = request.routeOptions;
      const [target = null] = Object.values(request.params as Record<string, string>);
      const { count, ids } = reply.statusCode < 400 ? (request.shown ?? NOTHING) : NOTHING;
      const named = ids.slice(0, MAX_SHOWN_IDS).map((id, index) => [`id_${index + 1}`, id] as const);
      await app.store.transact(async ({ audit }) =>
        audit({
          callId: null,
          at: clock.now(),
          actor: 'team',
          kind: 'api.read',
          payload: {
            key_id: keyId,
            route,
            target,
            status: reply.statusCode,
            count,
            ...Object.fromEntries(named),
          },
        }),
      );
      return payload;
    });
  },
  { fastify: '5.x', name: 'api-audit', dependencies: ['store', 'api-access'] },
);

const NOTHING: Shown = { count: 0, ids: [] };

function readsPeople({ is404, routeOptions: { config, schema } }: FastifyRequest): boolean {
  const [tag = ''] = schema?.tags ?? [];
  return !is404 && ABOUT_PEOPLE.has(tag) && config.scope?.startsWith('read:') === true;
}
