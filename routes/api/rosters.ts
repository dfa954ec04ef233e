import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ApiProblem } from '../../src/api/problem.ts';
import { found } from '../../src/api/refusals.ts';
import { PlanId, readRosterFile, rosterView, type RosterFile } from '../../src/api/roster.ts';
import { Id } from '../../src/api/shapes.ts';
import type { Briefing } from '../../src/briefing/briefing.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import { FIELDS } from '../../src/roster/columns.ts';
import { importRoster, RosterBusyError, type ImportRequest } from '../../src/roster/import-roster.ts';

/** Bytes. Ten thousand rows have a fifth of it. */
const BODY_LIMIT = 8 * 1024 * 1024;
/** Ms for reading, comparing and storing the largest roster. */
const IMPORT_TIMEOUT_MS = 90_000;
/** Tries when somebody changes what is compared while it is compared. */
const MAX_TRIES = 5;
/** Length of a created slot whose end is not written, in minutes; and the longest. */
const SLOT_MINUTES = 60;
const MAX_SLOT_MINUTES = 24 * 60;
/** Rows that the embedded store takes while a call is live: more would keep the call waiting. */
const ROWS_BESIDE_CALLS = 200;
/** Characters of `field=header`. */
const MAX_COLUMN_RULE = 200;
/** Seconds; a call is over then, or the next answer says the same. */
const RETRY_AFTER_SECONDS = 60;

export interface RosterRoutesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether a call would have to wait for a long transaction. */
  readonly busy: () => boolean;
}

/** What was compared has changed meanwhile: the transaction begins anew. */
class Again extends Error {}

/** Rosters, as CSV. */
const rosterRoutes: FastifyPluginAsyncTypebox<RosterRoutesOptions> = async (app, { clock, random, busy }) => {
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  );
  app.removeContentTypeParser('application/json');

  app.post(
    '/briefings/:briefingId/roster',
    {
      bodyLimit: BODY_LIMIT,
      config: { scope: 'write:roster' },
      schema: {
        tags: ['rosters'],
        summary: 'Imports a roster: every row, or none when one is refused',
        description:
          'CSV in UTF-8 or CP932; the first line names the columns. dry_run=true stores nothing and tells what would be done, under a plan_id; with it, exactly that is stored or nothing. The same file again changes nothing.',
        consumes: ['text/csv'],
        params: Type.Object({ briefingId: Id }),
        querystring: Type.Object({
          dry_run: Type.Boolean({ default: false }),
          create_slots: Type.Boolean({ default: false }),
          slot_minutes: Type.Integer({ minimum: 1, maximum: MAX_SLOT_MINUTES, default: SLOT_MINUTES }),
          source: Type.String({ minLength: 1, maxLength: 50, default: 'csv' }),
          column: Type.Optional(
            Type.Array(Type.String({ maxLength: MAX_COLUMN_RULE }), {
              maxItems: FIELDS.length,
              description: 'FIELD=HEADER for a column with a header of its own; once for each.',
            }),
          ),
          plan_id: Type.Optional(PlanId),
        }),
        response: { 200: Type.Ref('RosterReport') },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const briefing = found('briefing', await app.store.briefings.getBriefing(request.params.briefingId));
      if (!Buffer.isBuffer(request.body)) throw new ApiProblem('unsupported_media_type');
      const file = readRosterFile(request.body, query.column ?? []);
      refuseBesideCalls(file);
      const making = query.create_slots ? { minutes: query.slot_minutes, newId: () => random.uuid() } : null;
      const onlyPlan = query.plan_id ?? null;
      const wanted = {
        ...requestOf(briefing, file),
        making,
        source: query.source,
        apply: !query.dry_run,
        onlyPlan,
      };
      if (query.dry_run) {
        const report = await importRoster(app.store.transact, wanted).catch((error: unknown) => {
          throw error instanceof RosterBusyError ? changing() : error;
        });
        return rosterView(report, file.columns);
      }
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        try {
          return await app.apiWrite(request, reply, async ({ briefings }) => apply(wanted, file, briefings), {
            timeoutMs: IMPORT_TIMEOUT_MS,
          });
        } catch (error) {
          if (!(error instanceof Again)) throw error;
        }
      }
      throw changing();
    },
  );

  function requestOf(briefing: Briefing, { table, columns }: RosterFile) {
    return { table, columns, briefing, createBriefing: false, at: clock.now(), onStep: () => {} };
  }

  function refuseBesideCalls({ table }: RosterFile): void {
    if (table.rows.length <= ROWS_BESIDE_CALLS || !busy()) return;
    throw new ApiProblem('unavailable', {
      detail: `a call is live; more than ${ROWS_BESIDE_CALLS} rows wait for its end`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
};

export default rosterRoutes;

function changing(): ApiProblem {
  return new ApiProblem('unavailable', {
    detail: 'registrations kept changing while they were compared',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

type Briefings = Parameters<Parameters<Parameters<typeof importRoster>[0]>[0]>[0]['briefings'];

/** Imports inside the one transaction of the request; what would begin it anew begins the request's anew. */
async function apply(wanted: ImportRequest, file: RosterFile, briefings: Briefings) {
  let begun = false;
  const report = await importRoster(async (work) => {
    if (begun) throw new Again();
    begun = true;
    return work({ briefings });
  }, wanted);
  const body = rosterView(report, file.columns);
  if (report.applied) return { status: 200, body };
  if (wanted.onlyPlan !== null && wanted.onlyPlan !== report.planId) {
    throw new ApiProblem('plan_changed', {
      detail: 'the file, or what is stored, is not as it was at the dry run; nothing was stored',
      more: { plan_id: body.plan_id, counts: body.counts },
    });
  }
  throw new ApiProblem('roster_refused', { more: { counts: body.counts, refused: body.refused } });
}
