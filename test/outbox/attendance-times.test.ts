import { sql } from 'kysely';
import t from 'tap';
import { startAttendanceMessages } from '../../src/outbox/attendance-messages.ts';
import { changeOf, planned, registered, slotOf } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { MOBILE, openDesk, openSender } from './desk.ts';

const store = await openTestStore();
t.teardown(async () => store.close());

const tokyo = (text: string): number => Date.parse(`${text}+09:00`);
/** Ten past eight in the evening: the quiet hours have begun. */
const EVENING = tokyo('2026-11-25T20:10:00');
const MORNING = tokyo('2026-11-26T09:00:00');
const MINUTE = 60_000;

interface Row {
  readonly template_key: string;
  readonly state: string;
  readonly due_at: Date;
  readonly not_after: Date;
}

/** A slot that is full, with somebody who waits for it and somebody who has a seat; two desks with quiet hours. */
async function openEvening(startsAt: number, endsAt = startsAt + 60 * MINUTE) {
  const [slotId = '', other = ''] = await planned(store, [1, 5]);
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
  await store.briefings.putSlot(slotOf('b', 1, { startsAt, endsAt, capacity: 1 }), EVENING - 1);
  const holder = await registered(store, 2, slotId);
  const waits = await registered(store, 1, other);
  await sql`update applicants set phones = ${[MOBILE]}`.execute(store.db);
  await store.briefings.changeAttendance(
    changeOf(waits, { kind: 'wait', toSlotId: slotId }, { at: EVENING - 1 }),
  );
  await sql`update outbox_events set dispatched_at = now()`.execute(store.db);
  const clock = new ManualClock(EVENING);
  const desk = openDesk({
    store,
    clock,
    sms: openSender(),
    quietHours: { from: 20 * 60, until: 9 * 60 },
  });
  return {
    clock,
    desk,
    waits,
    /** The seat becomes free, and is given to who waits. */
    cancel: async () =>
      store.briefings.changeAttendance(changeOf(holder, { kind: 'absent', reason: null }, { at: EVENING })),
    /** What changed is told. @returns what is to leave */
    tell: async (): Promise<Row[]> => {
      const { transact } = store;
      await startAttendanceMessages({ transact, queue: desk.queue, clock, log: desk.log }).close();
      return (
        await sql<Row>`select template_key, state, due_at, not_after from outbound_messages`.execute(store.db)
      ).rows;
    },
  };
}

/** The message about the seat. */
const news = (rows: readonly Row[]): Row | undefined =>
  rows.find(({ template_key }) => template_key === 'waiting_promoted');

for (const [what, startsAt] of [
  ['before the quiet hours end', tokyo('2026-11-26T08:30:00')],
  ['too soon after them to get there', tokyo('2026-11-26T10:59:00')],
] as const) {
  t.test(`a seat in a briefing that begins ${what} is told at once`, async (t) => {
    const evening = await openEvening(startsAt);
    await evening.cancel();
    t.match(news(await evening.tell()), { due_at: new Date(EVENING), not_after: new Date(startsAt) });
    await evening.desk.runDue();
    t.match(news(await evening.tell()), { state: 'sent' });
    t.equal(evening.clock.now(), EVENING);
  });
}

t.test('a seat in a later briefing is told in the morning', async (t) => {
  const startsAt = tokyo('2026-11-26T11:00:00');
  const evening = await openEvening(startsAt);
  await evening.cancel();
  t.match(news(await evening.tell()), { due_at: new Date(MORNING), not_after: new Date(startsAt) });
  await evening.desk.runDue();
  t.match(news(await evening.tell()), { state: 'queued' });
});

t.test('no seat is told of after the begin: the log says whom the team has to call', async (t) => {
  const evening = await openEvening(tokyo('2026-11-26T08:30:00'));
  await evening.cancel();
  evening.clock.advance(tokyo('2026-11-26T08:30:01') - EVENING);
  t.equal(news(await evening.tell()), undefined);
  const { registrationId } = evening.waits;
  t.match(evening.desk.log.lines, [
    new RegExp(`^warn The applicant is not told .*"registration_id":"${registrationId}".*too_late`),
  ]);
});

t.test('nor by a message that was queued in time', async (t) => {
  const evening = await openEvening(tokyo('2026-11-26T08:30:00'));
  await evening.cancel();
  await evening.tell();
  evening.clock.advance(tokyo('2026-11-26T08:30:01') - EVENING);
  await evening.desk.runDue();
  t.match(news(await evening.tell()), { state: 'failed' });
});

t.test('an answer is sent until the briefing is over, and for a day at most', async (t) => {
  const cases = [
    [EVENING + 5 * MINUTE, EVENING + 30 * MINUTE, EVENING + 30 * MINUTE],
    [EVENING + 5_000 * MINUTE, EVENING + 5_030 * MINUTE, EVENING + 1_440 * MINUTE],
    [EVENING - 60 * MINUTE, EVENING - 30 * MINUTE, EVENING + 1_440 * MINUTE],
  ] as const;
  for (const [startsAt, endsAt, notAfter] of cases) {
    const evening = await openEvening(startsAt, endsAt);
    await evening.cancel();
    const rows = await evening.tell();
    t.match(
      rows.find(({ template_key }) => template_key === 'absence_received'),
      { due_at: new Date(EVENING), not_after: new Date(notAfter) },
    );
  }
});
