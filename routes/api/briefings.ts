import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { BriefingChange, briefingView, changedBriefing, NewBriefing } from '../../src/api/briefings.ts';
import { contentTag, requireMatch } from '../../src/api/etag.ts';
import { pageOf, partOf } from '../../src/api/page.ts';
import { ApiProblem } from '../../src/api/problem.ts';
import { found } from '../../src/api/refusals.ts';
import { Id, listOf, PageQuery } from '../../src/api/shapes.ts';
import { emptyBriefing } from '../../src/briefing/briefing.ts';
import type { Random } from '../../src/lib/random.ts';

const Params = Type.Object({ briefingId: Id });
const Briefing = Type.Ref('Briefing');
const READ = { scope: 'read:attendance' } as const;
const WRITE = { scope: 'write:attendance' } as const;

/** Briefings. */
const briefingRoutes: FastifyPluginAsyncTypebox<{ readonly random: Random }> = async (app, { random }) => {
  app.get(
    '/briefings',
    {
      config: READ,
      schema: {
        tags: ['briefings'],
        summary: 'Lists briefings by title',
        querystring: Type.Object(PageQuery),
        response: { 200: listOf('Briefing') },
      },
    },
    async (request, reply) => {
      const page = await app.store.briefings.listBriefings(pageOf(request.query));
      const { body, headers } = partOf(request.url, page, briefingView);
      return reply.headers(headers).send(body);
    },
  );

  app.post(
    '/briefings',
    {
      config: WRITE,
      schema: {
        tags: ['briefings'],
        summary: 'Creates a briefing',
        body: NewBriefing,
        response: { 201: Briefing },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const { briefing_id: briefingId = random.uuid(), ...fields } = request.body;
        if ((await briefings.getBriefing(briefingId)) !== null) {
          throw new ApiProblem('exists', { detail: 'a briefing with this briefing_id stands' });
        }
        const briefing = changedBriefing(emptyBriefing(briefingId), fields);
        await briefings.putBriefing(briefing);
        const body = briefingView(briefing);
        const location = `/api/v1/briefings/${encodeURIComponent(briefingId)}`;
        return { status: 201, body, etag: contentTag(body), location };
      }),
  );

  app.get(
    '/briefings/:briefingId',
    {
      config: READ,
      schema: {
        tags: ['briefings'],
        summary: 'Reads a briefing',
        params: Params,
        response: { 200: Briefing },
      },
    },
    async (request, reply) => {
      const { briefingId } = request.params;
      const body = briefingView(found('briefing', await app.store.briefings.getBriefing(briefingId)));
      return reply.header('etag', contentTag(body)).send(body);
    },
  );

  app.patch(
    '/briefings/:briefingId',
    {
      config: WRITE,
      schema: {
        tags: ['briefings'],
        summary: 'Changes fields of a briefing',
        params: Params,
        body: BriefingChange,
        response: { 200: Briefing },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const standing = found('briefing', await briefings.getBriefing(request.params.briefingId));
        requireMatch(request.headers['if-match'], contentTag(briefingView(standing)));
        const briefing = changedBriefing(standing, request.body);
        await briefings.putBriefing(briefing);
        const body = briefingView(briefing);
        return { status: 200, body, etag: contentTag(body) };
      }),
  );
};

export default briefingRoutes;
