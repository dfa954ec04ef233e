import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { LEAD_STATES, leadView, leadWithContactsView } from '../../src/api/leads.ts';
import { pageOf, partOf } from '../../src/api/page.ts';
import { found } from '../../src/api/refusals.ts';
import { Id, listOf, oneOf, PageQuery } from '../../src/api/shapes.ts';
import type { Clock } from '../../src/lib/clock.ts';

const Params = Type.Object({ leadId: Id });
const LeadRef = Type.Ref('Lead');
const READ = { scope: 'read:messages' } as const;
const WRITE = { scope: 'write:messages' } as const;

/** Leads: people who are not on the roster and want something of the team. Closing one twice does no harm. */
const leadRoutes: FastifyPluginAsyncTypebox<{ readonly clock: Clock }> = async (app, { clock }) => {
  app.get(
    '/leads',
    {
      config: READ,
      schema: {
        tags: ['leads'],
        summary: 'Lists leads, the latest contact first',
        querystring: Type.Object({ ...PageQuery, state: Type.Optional(oneOf(LEAD_STATES)) }),
        response: { 200: listOf('Lead') },
      },
    },
    async (request, reply) => {
      const page = await app.store.leads.list(pageOf(request.query), request.query.state ?? null);
      const { body, headers } = partOf(request.url, page, leadView);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/leads/:leadId',
    {
      config: READ,
      schema: {
        tags: ['leads'],
        summary: 'Reads a lead with everything that it asked for',
        params: Params,
        response: { 200: Type.Ref('LeadWithContacts') },
      },
    },
    async (request) => {
      const lead = found('lead', await app.store.leads.get(request.params.leadId));
      return leadWithContactsView(lead, await app.store.leads.listContacts(lead.leadId));
    },
  );

  app.post(
    '/leads/:leadId/close',
    {
      config: WRITE,
      schema: {
        tags: ['leads'],
        summary: 'Marks a lead as seen to',
        params: Params,
        response: { 200: LeadRef },
      },
    },
    async (request) => {
      const by = request.apiKey?.name ?? null;
      return leadView(found('lead', await app.store.leads.close(request.params.leadId, by, clock.now())));
    },
  );

  app.post(
    '/leads/:leadId/reopen',
    {
      config: WRITE,
      schema: {
        tags: ['leads'],
        summary: 'Opens a lead again',
        params: Params,
        response: { 200: LeadRef },
      },
    },
    async (request) => leadView(found('lead', await app.store.leads.reopen(request.params.leadId))),
  );
};

export default leadRoutes;
