import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { changedSlot, emptySlot, NewSlot, SlotChange, slotView } from '../../src/api/briefings.ts';
import { contentTag, requireMatch } from '../../src/api/etag.ts';
import { ApiProblem } from '../../src/api/problem.ts';
import { found, notFound } from '../../src/api/refusals.ts';
import { Id, Instant, readInstant } from '../../src/api/shapes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import type { Slot, SlotSeats } from '../../src/briefing/slot.ts';
import type { BriefingStore } from '../../src/store/briefing-ports.ts';

const OfBriefing = Type.Object({ briefingId: Id });
const Params = Type.Object({ slotId: Id });
const SlotRef = Type.Ref('Slot');
const READ = { scope: 'read:attendance' } as const;
const WRITE = { scope: 'write:attendance' } as const;

/** Slots of briefings. */
const slotRoutes: FastifyPluginAsyncTypebox<{ readonly clock: Clock; readonly random: Random }> = async (
  app,
  { clock, random },
) => {
  app.get(
    '/briefings/:briefingId/slots',
    {
      config: READ,
      schema: {
        tags: ['slots'],
        summary: 'Lists the slots of a briefing, earliest first',
        params: OfBriefing,
        querystring: Type.Object({
          from: Type.Optional({ ...Instant, description: 'Only those that start later.' }),
        }),
        response: { 200: Type.Object({ data: Type.Array(SlotRef) }) },
      },
    },
    async (request) => {
      const { briefingId } = request.params;
      const { from } = request.query;
      found('briefing', await app.store.briefings.getBriefing(briefingId));
      const since = from === undefined ? null : readInstant(from, '/querystring/from');
      return { data: (await app.store.briefings.listSlots(briefingId, since)).map(slotView) };
    },
  );

  app.post(
    '/briefings/:briefingId/slots',
    {
      config: WRITE,
      schema: {
        tags: ['slots'],
        summary: 'Creates a slot',
        params: OfBriefing,
        body: NewSlot,
        response: { 201: SlotRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const { slot_id: slotId = random.uuid(), ...fields } = request.body;
        if ((await briefings.getSlot(slotId)) !== null) {
          throw new ApiProblem('exists', { detail: 'a slot with this slot_id stands' });
        }
        const slot = await put(briefings, changedSlot(emptySlot(slotId, request.params.briefingId), fields));
        const body = slotView(slot);
        const location = `/api/v1/slots/${encodeURIComponent(slotId)}`;
        return { status: 201, body, etag: tagOf(slot), location };
      }),
  );

  app.get(
    '/slots/:slotId',
    {
      config: READ,
      schema: { tags: ['slots'], summary: 'Reads a slot', params: Params, response: { 200: SlotRef } },
    },
    async (request, reply) => {
      const slot = found('slot', await app.store.briefings.getSlot(request.params.slotId));
      return reply.header('etag', tagOf(slot)).send(slotView(slot));
    },
  );

  app.patch(
    '/slots/:slotId',
    {
      config: WRITE,
      schema: {
        tags: ['slots'],
        summary: 'Changes fields of a slot; more seats promote the first of its waiting list',
        params: Params,
        body: SlotChange,
        response: { 200: SlotRef },
      },
    },
    async (request, reply) =>
      app.apiWrite(request, reply, async ({ briefings }) => {
        const standing = found('slot', await briefings.getSlot(request.params.slotId));
        requireMatch(request.headers['if-match'], tagOf(standing));
        const slot = await put(briefings, changedSlot(standing, request.body));
        return { status: 200, body: slotView(slot), etag: tagOf(slot) };
      }),
  );

  async function put(briefings: BriefingStore, slot: Slot): Promise<SlotSeats> {
    const result = await briefings.putSlot(slot, clock.now());
    if (result.outcome === 'stored') return result.slot;
    if (result.outcome === 'not_found') throw notFound('briefing');
    throw new ApiProblem('conflict', {
      detail: 'more seats are taken than the new capacity has',
      more: { taken: result.slot.taken },
    });
  }
};

export default slotRoutes;

/** Of what is planned: a seat that is taken does not make the plan another one. */
function tagOf(slot: SlotSeats): string {
  const { taken: _taken, free: _free, waiting: _waiting, ...planned } = slotView(slot);
  return contentTag(planned);
}
