import type { FastifyInstance } from 'fastify';
import apiAccess from '../plugins/api-access.ts';
import apiAudit from '../plugins/api-audit.ts';
import apiDocument from '../plugins/api-document.ts';
import apiProblems from '../plugins/api-problems.ts';
import apiWrites from '../plugins/api-writes.ts';
import apiKeyRoutes from '../routes/api/api-keys.ts';
import applicantRoutes from '../routes/api/applicants.ts';
import briefingRoutes from '../routes/api/briefings.ts';
import callCommandRoutes from '../routes/api/call-commands.ts';
import callRoutes from '../routes/api/calls.ts';
import documentRoutes from '../routes/api/document.ts';
import exportRoutes from '../routes/api/exports.ts';
import leadRoutes from '../routes/api/leads.ts';
import messageRoutes from '../routes/api/messages.ts';
import registrationRoutes from '../routes/api/registrations.ts';
import rosterRoutes from '../routes/api/rosters.ts';
import slotRoutes from '../routes/api/slots.ts';
import type { Clock } from './lib/clock.ts';
import type { Random } from './lib/random.ts';

/** Where the API stands. */
const PREFIX = '/api/v1';

/** What the API is built from, beside the store and the outbox that `app` has. */
export interface RestApiOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether a call would have to wait for a long transaction. */
  readonly busy: () => boolean;
}

/** Puts the REST API into a scope of its own: its hooks, parsers and errors are nobody else's. */
export async function registerRestApi(app: FastifyInstance, options: RestApiOptions): Promise<void> {
  await app.register(
    async (api) => {
      await api.register(apiProblems);
      await api.register(apiAccess, options);
      await api.register(apiAudit, options);
      await api.register(apiDocument);
      await api.register(apiWrites, options);

      await api.register(briefingRoutes, options);
      await api.register(slotRoutes, options);
      await api.register(applicantRoutes);
      await api.register(registrationRoutes, options);
      await api.register(rosterRoutes, options);
      await api.register(exportRoutes, options);
      await api.register(callRoutes);
      await api.register(callCommandRoutes, options);
      await api.register(messageRoutes);
      await api.register(leadRoutes, options);
      await api.register(apiKeyRoutes, options);
      await api.register(documentRoutes);
    },
    { prefix: PREFIX },
  );
  app.get('/docs', async (_request, reply) => reply.redirect(`${PREFIX}/docs`));
}
