import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { versionTag, wantedVersion } from '../../src/api/etag.ts';
import { pageOf, partOf } from '../../src/api/page.ts';
import { ApiProblem } from '../../src/api/problem.ts';
import { changeRefusal, found, registerRefusal } from '../../src/api/refusals.ts';
import { Decision, eventView, readDecision, registrationView } from '../../src/api/registrations.ts';
import { Id, Instant, listOf, oneOf, orNull, PageQuery, readInstant } from '../../src/api/shapes.ts';
import type { Written } from '../../src/api/writes.ts';
import { ACTUAL_ATTENDANCES, ATTENDANCE_STATUSES } from '../../src/briefing/attendance-status.ts';
import type { Registration } from '../../src/briefing/registration.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import type { RegistrationLine } from '../../src/store/api-ports.ts';

const Params = Type.Object({ registrationId: Id });
const RegistrationRef = Type.Ref('Registration');
const READ = { scope: 'read:attendance' } as const;
const WRITE = { scope: 'write:attendance' } as const;
const TAGS = ['registrations'];

/** Registrations: what was said, what happened, and how it came to be. */
const registrationRoutes: FastifyPluginAsyncTypebox<{
  readonly clock: Clock;
  readonly random: Random;
}> = async (app, { clock, random }) => {
  app.get(
    '/registrations',
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: 'Lists registrations, the earliest change first',
        description:
          'To follow changes, ask again with changed_since a minute before the last changed_at and drop what is known by registration_id and version.',
        querystring: Type.Object({
          ...PageQuery,
          briefing_id: Type.Optional(Id),
          slot_id: Type.Optional(Id),
          status: Type.Optional(oneOf(ATTENDANCE_STATUSES)),
          changed_since: Type.Optional(Instant),
        }),
        response: { 200: listOf('RegistrationLine') },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const since = query.changed_since;
      const filter = {
        briefingId: query.briefing_id ?? null,
        slotId: query.slot_id ?? null,
        status: query.status ?? null,
        changedSince: since === undefined ? null : readInstant(since, '/querystring/changed_since'),
      };
      const page = await app.store.api.listRegistrations(filter, pageOf(query));
      const { body, headers } = partOf(request.url, page, lineView);
      return reply.headers(headers).send(body);
    },
  );

  app.post(
    '/registrations',
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: 'Registers an applicant for a slot',
        body: Type.Object({ applicant_id: Id, slot_id: Id }, { additionalProperties: false }),
        response: { 201: RegistrationRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const { applicant_id: applicantId, slot_id: slotId } = request.body;
        const source = app.apiSource(request);
        const result = await briefings.register({ applicantId, slotId, source, at: clock.now() });
        if (result.outcome !== 'registered') throw registerRefusal(result);
        const { registration } = result;
        const location = `/api/v1/registrations/${encodeURIComponent(registration.registrationId)}`;
        return { ...written(registration), status: 201, location };
      }),
  );

  app.get(
    '/registrations/:registrationId',
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: 'Reads a registration',
        params: Params,
        response: { 200: RegistrationRef },
      },
    },
    async (request, reply) => {
      const view = await app.store.briefings.getRegistration(request.params.registrationId);
      const { registration } = found('registration', view);
      return reply.header('etag', versionTag(registration.version)).send(registrationView(registration));
    },
  );

  app.get(
    '/registrations/:registrationId/history',
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: 'Lists the events of a registration, oldest first, with who is answerable for each',
        params: Params,
        response: { 200: Type.Object({ data: Type.Array(Type.Ref('RegistrationEvent')) }) },
      },
    },
    async (request) => {
      const { registrationId } = request.params;
      found('registration', await app.store.briefings.getRegistration(registrationId));
      return { data: (await app.store.briefings.listHistory(registrationId)).map(eventView) };
    },
  );

  app.post(
    '/registrations/:registrationId/decisions',
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: 'Changes what a registration says',
        description: 'The change is the team’s: its history names the key, and the applicant is not told.',
        params: Params,
        body: Decision,
        response: { 200: RegistrationRef },
      },
    },
    async (request, reply) => {
      const read = readDecision(request.body);
      if ('pointer' in read) throw new ApiProblem('invalid_request', { errors: [read] });
      return app.apiWrite(request, reply, async ({ briefings }) => {
        const result = await briefings.changeAttendance({
          registrationId: request.params.registrationId,
          decision: read.decision,
          source: app.apiSource(request),
          expectedVersion: wantedVersion(request.headers['if-match']),
          idempotencyKey: `api:${random.uuid()}`,
          at: clock.now(),
        });
        if (result.outcome !== 'changed' && result.outcome !== 'unchanged') throw changeRefusal(result);
        return written(result.registration);
      });
    },
  );

  app.post(
    '/registrations/:registrationId/undo',
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: 'Takes one event back by a new event',
        params: Params,
        body: Type.Object(
          { version: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Of the event.' }) },
          { additionalProperties: false },
        ),
        response: { 200: RegistrationRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const { registrationId } = request.params;
        const result = await briefings.undoChange({
          registrationId,
          version: request.body.version,
          expectedVersion: wantedVersion(request.headers['if-match']),
          memberId: request.apiKey?.name ?? null,
          idempotencyKey: `api:${random.uuid()}`,
          at: clock.now(),
        });
        if (result.outcome !== 'changed') throw changeRefusal(result);
        return written(result.registration);
      }),
  );

  app.put(
    '/registrations/:registrationId/actual',
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: 'Records what happened on the day; null takes it back',
        params: Params,
        body: Type.Object({ actual: orNull(oneOf(ACTUAL_ATTENDANCES)) }, { additionalProperties: false }),
        response: { 200: RegistrationRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const result = await briefings.observe({
          registrationId: request.params.registrationId,
          actual: request.body.actual,
          expectedVersion: wantedVersion(request.headers['if-match']),
          source: app.apiSource(request),
          at: clock.now(),
        });
        if (result.outcome !== 'stored') throw changeRefusal(result);
        return written(result.registration);
      }),
  );
};

export default registrationRoutes;

function written(registration: Registration): Written {
  return { status: 200, body: registrationView(registration), etag: versionTag(registration.version) };
}

function lineView({ registration, applicant: { name } }: RegistrationLine) {
  return {
    ...registrationView(registration),
    applicant: { full_name: name.full, full_kana: name.fullKana },
  };
}
