import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { found } from '../../src/api/refusals.ts';
import { encodeList } from '../../src/api/roster.ts';
import { Id, oneOf } from '../../src/api/shapes.ts';
import { shownOf } from '../../src/api/shown.ts';
import type { Briefing } from '../../src/briefing/briefing.ts';
import { calendarMethod, calendarOf } from '../../src/briefing/calendar.ts';
import { mailAddress } from '../../src/config.ts';
import type { SlotSeats } from '../../src/briefing/slot.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { LIST_CODES, LIST_HEADER, listRows, readLists } from '../../src/roster/attendance-list.ts';
import { writeTable } from '../../src/roster/csv-write.ts';

const READ = { scope: 'read:attendance' } as const;

const ListQuery = Type.Object({
  encoding: { ...oneOf(['utf-8', 'cp932'], 'utf-8 has a mark by which Excel knows it.'), default: 'utf-8' },
  codes: {
    ...oneOf(
      ['plain', 'text'],
      'plain: 受付番号 as it is stored, for programs. text: with an apostrophe before one that a spreadsheet would change when it saves the list (0012, 1E05); imports take it off.',
    ),
    default: 'plain',
  },
});

/** How the document shows an answer that is a file. */
const fileOf = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: Type.String() } },
});

/** Lists and calendar entries: what people open in other programs. */
const exportRoutes: FastifyPluginAsyncTypebox<{ readonly clock: Clock }> = async (app, { clock }) => {
  app.get(
    '/briefings/:briefingId/attendance.csv',
    {
      config: READ,
      schema: {
        tags: ['rosters'],
        summary: 'The attendance list of all slots of a briefing, for Excel',
        response: { 200: fileOf('text/csv', 'The list, with a line of headers.') },
        params: Type.Object({ briefingId: Id }),
        querystring: ListQuery,
      },
    },
    async (request, reply) => {
      const briefing = found('briefing', await app.store.briefings.getBriefing(request.params.briefingId));
      const slots = await app.store.briefings.listSlots(briefing.briefingId, null);
      return sendList(request, reply, briefing, slots, request.query);
    },
  );

  app.get(
    '/slots/:slotId/attendance.csv',
    {
      config: READ,
      schema: {
        tags: ['rosters'],
        summary: 'The attendance list of a slot, for Excel; also the check-in sheet of the day',
        response: { 200: fileOf('text/csv', 'The list, with a line of headers.') },
        params: Type.Object({ slotId: Id }),
        querystring: ListQuery,
      },
    },
    async (request, reply) => {
      const slot = found('slot', await app.store.briefings.getSlot(request.params.slotId));
      const briefing = found('briefing', await app.store.briefings.getBriefing(slot.briefingId));
      return sendList(request, reply, briefing, [slot], request.query);
    },
  );

  app.get(
    '/registrations/:registrationId/calendar.ics',
    {
      config: READ,
      schema: {
        tags: ['registrations'],
        summary: 'A registration as a calendar entry: invitation, update or cancellation',
        response: { 200: fileOf('text/calendar', 'iCalendar (RFC 5545).') },
        params: Type.Object({ registrationId: Id }),
      },
    },
    async (request, reply) => {
      const { briefings } = app.store;
      const view = found('registration', await briefings.getRegistration(request.params.registrationId));
      const applicant = found('registration', await briefings.getApplicant(view.registration.applicantId));
      request.shown = shownOf([applicant.applicantId]);
      const organizerEmail = mailAddress(app.config);
      const input = { ...view, applicant, organizerEmail, now: clock.now() };
      return reply
        .type(`text/calendar; charset=utf-8; method=${calendarMethod(input)}`)
        .header('content-disposition', 'attachment; filename="briefing.ics"')
        .send(calendarOf(input));
    },
  );

  async function sendList(
    request: FastifyRequest,
    reply: FastifyReply,
    briefing: Briefing,
    slots: readonly SlotSeats[],
    { encoding, codes }: Static<typeof ListQuery>,
  ): Promise<FastifyReply> {
    const lists = await readLists(app.store.briefings, slots);
    request.shown = shownOf(
      lists.flatMap(({ lines }) => lines.map(({ applicant }) => applicant.applicantId)),
    );
    const rows = listRows(briefing, lists);
    const text = writeTable(LIST_HEADER, rows, codes === 'text' ? LIST_CODES : []);
    const bytes = encodeList(text, encoding);
    const charset = encoding === 'cp932' ? 'Shift_JIS' : 'utf-8';
    return reply
      .type(`text/csv; charset=${charset}; header=present`)
      .header('content-disposition', 'attachment; filename="attendance.csv"')
      .send(bytes);
  }
};

export default exportRoutes;
