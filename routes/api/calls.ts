import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { CALL_STATES, callView, turnView } from '../../src/api/calls.ts';
import { pageOf, partOf } from '../../src/api/page.ts';
import { found } from '../../src/api/refusals.ts';
import { Id, Instant, listOf, oneOf, PageQuery, readInstant } from '../../src/api/shapes.ts';

const Params = Type.Object({ callId: Id });
const READ = { scope: 'read:calls' } as const;

/** Calls and their transcripts. They are read only: calls are made by telephone. */
const callRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/calls',
    {
      config: READ,
      schema: {
        tags: ['calls'],
        summary: 'Lists calls, newest first',
        querystring: Type.Object({
          ...PageQuery,
          state: Type.Optional(oneOf(CALL_STATES)),
          since: Type.Optional(Instant),
        }),
        response: { 200: listOf('Call') },
      },
    },
    async (request, reply) => {
      const { state = null, since } = request.query;
      const filter = { state, since: since === undefined ? null : readInstant(since, '/querystring/since') };
      const page = await app.store.api.listCalls(filter, pageOf(request.query));
      const { body, headers } = partOf(request.url, page, callView);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/calls/:callId',
    {
      config: READ,
      schema: {
        tags: ['calls'],
        summary: 'Reads a call',
        params: Params,
        response: { 200: Type.Ref('Call') },
      },
    },
    async (request) => callView(found('call', await app.store.calls.getCall(request.params.callId))),
  );

  app.get(
    '/calls/:callId/turns',
    {
      config: READ,
      schema: {
        tags: ['calls'],
        summary: 'Reads the transcript of a call, turn by turn',
        params: Params,
        response: { 200: Type.Object({ data: Type.Array(Type.Ref('Turn')) }) },
      },
    },
    async (request) => {
      const { callId } = request.params;
      found('call', await app.store.calls.getCall(callId));
      return { data: (await app.store.calls.listTurns(callId)).map(turnView) };
    },
  );
};

export default callRoutes;
