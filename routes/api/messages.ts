import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { messageView, outboundView } from '../../src/api/calls.ts';
import { outboundCursor, pageOf, partOf, readOutboundCursor } from '../../src/api/page.ts';
import { OUTBOUND_KINDS, OUTBOUND_STATES } from '../../src/outbox/ports.ts';
import { found } from '../../src/api/refusals.ts';
import { Id, Instant, listOf, oneOf, PageQuery, readInstant } from '../../src/api/shapes.ts';

const READ = { scope: 'read:messages' } as const;

/** Messages that the agent took, and those that leave. */
const messageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/messages',
    {
      config: READ,
      schema: {
        tags: ['messages'],
        summary: 'Lists messages that the agent took for the team, newest first',
        querystring: Type.Object({ ...PageQuery, call_id: Type.Optional(Id) }),
        response: { 200: listOf('Message') },
      },
    },
    async (request, reply) => {
      const page = await app.store.api.listMessages(request.query.call_id ?? null, pageOf(request.query));
      const { body, headers } = partOf(request.url, page, messageView);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/outbound-messages',
    {
      config: READ,
      schema: {
        tags: ['messages'],
        summary: 'Lists messages and webhooks that leave, newest first',
        querystring: Type.Object({
          ...PageQuery,
          kind: Type.Optional(oneOf(OUTBOUND_KINDS)),
          state: Type.Optional(oneOf(OUTBOUND_STATES)),
          call_id: Type.Optional(Id),
          applicant_id: Type.Optional(Id),
        }),
        response: { 200: listOf('OutboundMessage') },
      },
    },
    async (request, reply) => {
      const { kind, state, call_id: callId, applicant_id: applicantId, cursor, limit } = request.query;
      const after = cursor === undefined ? undefined : readOutboundCursor(cursor);
      const rows = await app.outbox.list(
        {
          ...(kind === undefined ? {} : { kind }),
          ...(state === undefined ? {} : { state }),
          ...(callId === undefined ? {} : { callId }),
          ...(applicantId === undefined ? {} : { applicantId }),
          ...(after === undefined ? {} : { after }),
        },
        limit + 1,
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = rows.length > limit && last !== undefined ? outboundCursor(last) : null;
      const { body, headers } = partOf(request.url, { items, next }, outboundView);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/outbound-messages/:messageId',
    {
      config: READ,
      schema: {
        tags: ['messages'],
        summary: 'Reads a message or webhook that leaves',
        params: Type.Object({ messageId: Id }),
        response: { 200: Type.Ref('OutboundMessage') },
      },
    },
    async (request) => outboundView(found('message', await app.outbox.get(request.params.messageId))),
  );

  app.post(
    '/outbound-messages/replay',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['messages'],
        summary: 'Sends webhooks again, each under the webhook-id that it had',
        body: Type.Object(
          {
            since: Instant,
            target: Type.Optional(Id),
            which: oneOf(['failed', 'all'], 'failed: refused or given up. all: also those that arrived.'),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ queued: Type.Integer() }) },
      },
    },
    async (request) => {
      const { since, target, which } = request.body;
      const from = readInstant(since, '/body/since');
      const wanted = { since: from, which, ...(target === undefined ? {} : { target }) };
      return { queued: await app.outbox.replay(wanted) };
    },
  );
};

export default messageRoutes;
