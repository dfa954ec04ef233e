import fp from 'fastify-plugin';
import type { Clock } from '../src/lib/clock.ts';

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
 * In the scope of the API: each request for personal data is a row of the audit before it is answered: which key asked for
 * what. Changes have rows and histories of their own.
 */
export default fp<ApiAuditOptions>(
  async (app, { clock }) => {
    app.addHook('preHandler', async (request) => {
      const { config, schema, url: route = '' } = request.routeOptions;
      const [tag = ''] = schema?.tags ?? [];
      if (request.is404 || !ABOUT_PEOPLE.has(tag) || config.scope?.startsWith('read:') !== true) return;
      const [target = null] = Object.values(request.params as Record<string, string>);
      await app.store.transact(async ({ audit }) =>
        audit({
          callId: null,
          at: clock.now(),
          actor: 'team',
          kind: 'api.read',
          payload: { key_id: request.apiKey?.keyId ?? null, route, target },
        }),
      );
    });
  },
  { fastify: '5.x', name: 'api-audit', dependencies: ['store', 'api-access'] },
);
