import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import {
  ApplicantChange,
  ApplicantSearch,
  applicantView,
  changedApplicant,
  NewApplicant,
  readPhone,
} from '../../src/api/applicants.ts';
import { versionTag, wantedVersion } from '../../src/api/etag.ts';
import { pageOf, partOf } from '../../src/api/page.ts';
import { ApiProblem } from '../../src/api/problem.ts';
import { found, notFound } from '../../src/api/refusals.ts';
import { registrationView } from '../../src/api/registrations.ts';
import { Id, listOf, PageQuery } from '../../src/api/shapes.ts';
import type { Applicant } from '../../src/briefing/applicant.ts';
import type { PutApplicantResult } from '../../src/store/briefing-ports.ts';

/** People that a search finds unless it says how many. */
const SEARCH_LIMIT = 20;

const Params = Type.Object({ applicantId: Id });
const ApplicantRef = Type.Ref('Applicant');
const READ = { scope: 'read:attendance' } as const;
const WRITE = { scope: 'write:attendance' } as const;

/** Applicants. */
const applicantRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/applicants',
    {
      config: READ,
      schema: {
        tags: ['applicants'],
        summary: 'Lists applicants by id',
        querystring: Type.Object(PageQuery),
        response: { 200: listOf('Applicant') },
      },
    },
    async (request, reply) => {
      const page = await app.store.api.listApplicants(pageOf(request.query));
      const { body, headers } = partOf(request.url, page, applicantView);
      return reply.headers(headers).send(body);
    },
  );

  app.post(
    '/applicants/search',
    {
      config: READ,
      schema: {
        tags: ['applicants'],
        summary: 'Finds applicants by number, code, id or likeness of the name, the likest first',
        body: ApplicantSearch,
        response: { 200: Type.Object({ data: Type.Array(ApplicantRef) }) },
      },
    },
    async (request) => ({ data: (await search(request.body)).map(applicantView) }),
  );

  app.post(
    '/applicants',
    {
      config: WRITE,
      schema: {
        tags: ['applicants'],
        summary: 'Creates an applicant',
        body: NewApplicant,
        response: { 201: ApplicantRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const applicant = stored(await briefings.putApplicant(changedApplicant(null, request.body), null));
        const location = `/api/v1/applicants/${encodeURIComponent(applicant.applicantId)}`;
        return { status: 201, body: applicantView(applicant), etag: versionTag(applicant.version), location };
      }),
  );

  app.get(
    '/applicants/:applicantId',
    {
      config: READ,
      schema: {
        tags: ['applicants'],
        summary: 'Reads an applicant',
        params: Params,
        response: { 200: ApplicantRef },
      },
    },
    async (request, reply) => {
      const applicant = found(
        'applicant',
        await app.store.briefings.getApplicant(request.params.applicantId),
      );
      return reply.header('etag', versionTag(applicant.version)).send(applicantView(applicant));
    },
  );

  app.patch(
    '/applicants/:applicantId',
    {
      config: WRITE,
      schema: {
        tags: ['applicants'],
        summary: 'Changes fields of an applicant',
        params: Params,
        body: ApplicantChange,
        response: { 200: ApplicantRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const { applicantId } = request.params;
        const standing = found('applicant', await briefings.getApplicant(applicantId));
        const version = wantedVersion(request.headers['if-match']) ?? standing.version;
        const data = changedApplicant(standing, request.body);
        const applicant = stored(await briefings.putApplicant(data, { applicantId, version }));
        return { status: 200, body: applicantView(applicant), etag: versionTag(applicant.version) };
      }),
  );

  app.get(
    '/applicants/:applicantId/registrations',
    {
      config: READ,
      schema: {
        tags: ['applicants'],
        summary: 'Lists the registrations of an applicant, the earliest slot first',
        params: Params,
        response: { 200: Type.Object({ data: Type.Array(Type.Ref('Registration')) }) },
      },
    },
    async (request) => {
      const { applicantId } = request.params;
      found('applicant', await app.store.briefings.getApplicant(applicantId));
      const views = await app.store.briefings.listRegistrations(applicantId);
      return { data: views.map(({ registration }) => registrationView(registration)) };
    },
  );

  async function search(query: Static<typeof ApplicantSearch>): Promise<readonly Applicant[]> {
    const { briefings } = app.store;
    const { phone, reservation_code: code, external_id: external } = query;
    if (phone !== undefined) return briefings.findApplicantsByPhone(readPhone(phone, 'phone'));
    if (code !== undefined) return some(await briefings.findApplicantByReservationCode(code));
    if (external !== undefined) {
      return some(await briefings.findApplicantByExternalId(external.source, external.id));
    }
    const candidates = await briefings.findCandidates({
      kana: query.kana ?? null,
      university: query.university ?? null,
      briefingId: query.briefing_id ?? null,
      slotId: query.slot_id ?? null,
      limit: query.limit ?? SEARCH_LIMIT,
    });
    return candidates.map(({ applicant }) => applicant);
  }
};

export default applicantRoutes;

function some(applicant: Applicant | null): readonly Applicant[] {
  return applicant === null ? [] : [applicant];
}

/** What each field is called in a request. */
const FIELD_NAMES = { externalId: 'external_id', reservationCode: 'reservation_code' } as const;

function stored(result: PutApplicantResult): Applicant {
  if (result.outcome === 'stored') return result.applicant;
  if (result.outcome === 'not_found') throw notFound('applicant');
  if (result.field === 'version') {
    throw new ApiProblem('precondition_failed', {
      detail: 'the applicant has another version than the one that If-Match names',
    });
  }
  const field = FIELD_NAMES[result.field];
  throw new ApiProblem('conflict', { detail: `the ${field} is another applicant’s`, more: { field } });
}
