import { sql } from 'kysely';
import t from 'tap';
import type { AttendanceDecision } from '../../src/briefing/attendance-change.ts';
import type { Registration } from '../../src/briefing/registration.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { startAttendanceMessages } from '../../src/outbox/attendance-messages.ts';
import { createSmtpSender } from '../../src/outbox/senders/smtp.ts';
import { changeOf, NOW, planned, registered } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { MOBILE, openDesk, openSender } from './desk.ts';
import { partsOf, startMailbox, type MailPart } from './mailbox.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
const clock = new ManualClock(NOW);
const mailbox = await startMailbox(t);
const smtp = createSmtpSender({ url: mailbox.url, from: 'desk@example.jp', clock: systemClock });
t.teardown(async () => smtp.close());
const desk = openDesk({
  store,
  clock,
  senders: new Map([
    ['email', smtp],
    ['sms', openSender()],
  ]),
});
t.beforeEach(async () => {
  mailbox.mails.splice(0);
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
});

let calls = 0;

/** A decision by telephone, each in a call of its own. */
async function decide(registration: Registration, decision: AttendanceDecision): Promise<void> {
  calls += 1;
  const evidence = { callId: `rtc_${calls}`, readBackTurnKey: 'item_1', consentTurnKey: 'item_2' };
  const source = { kind: 'caller', evidence } as const;
  await store.briefings.changeAttendance(changeOf(registration, decision, { source }));
}

/** What changed is told, and what was told arrives. @returns the parts of the newest mail */
async function told(): Promise<MailPart[]> {
  const { transact } = store;
  await startAttendanceMessages({ transact, queue: desk.queue, clock, log: silentLog }).close();
  await desk.runDue();
  return partsOf(mailbox.mails.at(-1) ?? '');
}

/** Somebody who has no mobile number, only an address. */
async function withoutMobile(slotId: string) {
  const registration = await registered(store, 1, slotId);
  await sql`update applicants set phones = '{}'`.execute(store.db);
  await told();
  return registration;
}

function calendarIn(parts: readonly MailPart[]): Record<string, string> {
  const part = parts.find(({ type }) => type.startsWith('text/calendar'));
  const lines = (part?.text ?? '').replaceAll('\r\n ', '').split('\r\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line]));
}

t.test('a confirmation by mail carries the entry beside its text, and as a file', async (t) => {
  const [slotId = ''] = await planned(store, [2]);
  const registration = await withoutMobile(slotId);
  await decide(registration, { kind: 'attend' });
  const parts = await told();
  t.match(
    parts.map(({ type }) => type),
    [
      /^text\/plain/,
      /^text\/calendar; charset=utf-8; method=REQUEST$/,
      /^application\/ics; name=briefing\.ics$/,
    ],
  );
  t.match(parts[2]?.disposition, /^attachment; filename=briefing\.ics$/);
  t.equal(parts[2]?.text.trim(), parts[1]?.text.trim());
  t.match(calendarIn(parts), {
    UID: `UID:${registration.registrationId}@denwaban`,
    SEQUENCE: 'SEQUENCE:1',
    STATUS: 'STATUS:CONFIRMED',
    SUMMARY: 'SUMMARY:株式会社サンプル 会社説明会',
    METHOD: 'METHOD:REQUEST',
  });
  t.match(parts[1]?.text, /ATTENDEE;CN="見本 花子";RSVP=FALSE:mailto:person1@example\.com/);
  t.match(parts[1]?.text, /ORGANIZER;CN="株式会社サンプル":mailto:desk@example\.jp/);
});

t.test('a move updates the same entry, and an absence takes it back', async (t) => {
  const [first = '', second = ''] = await planned(store, [2, 2]);
  const registration = await withoutMobile(first);
  await decide(registration, { kind: 'attend' });
  const confirmed = calendarIn(await told());
  await decide(registration, { kind: 'move', toSlotId: second });
  const moved = calendarIn(await told());
  await decide(registration, { kind: 'absent', reason: null });
  const parts = await told();
  const absent = calendarIn(parts);
  t.equal(mailbox.mails.length, 3);
  t.equal(new Set([confirmed, moved, absent].map(({ UID }) => UID)).size, 1);
  t.same(
    [confirmed, moved, absent].map(({ METHOD, SEQUENCE }) => [METHOD, SEQUENCE]),
    [
      ['METHOD:REQUEST', 'SEQUENCE:1'],
      ['METHOD:REQUEST', 'SEQUENCE:2'],
      ['METHOD:CANCEL', 'SEQUENCE:3'],
    ],
  );
  t.not(confirmed['DTSTART'], moved['DTSTART']);
  t.match(parts[1]?.type, /method=CANCEL/);
});

t.test('a mail that is tried again carries the entry as it stood when it was put in', async (t) => {
  const [slotId = ''] = await planned(store, [2]);
  const registration = await withoutMobile(slotId);
  await decide(registration, { kind: 'attend' });
  mailbox.refuse = { at: 'data', code: 451 };
  await told();
  mailbox.refuse = null;
  t.equal(mailbox.mails.length, 0);
  await sql`update slots set starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour'`.execute(
    store.db,
  );
  await desk.runNext();
  const start = new Date(NOW + 86_400_000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  t.equal(calendarIn(partsOf(mailbox.mails[0] ?? ''))['DTSTART'], `DTSTART:${start}`);
});

t.test('a text message carries none', async (t) => {
  const [slotId = ''] = await planned(store, [2]);
  const registration = await registered(store, 1, slotId);
  await sql`update applicants set phones = array[${MOBILE}]`.execute(store.db);
  await decide(registration, { kind: 'attend' });
  await told();
  t.equal(mailbox.mails.length, 0);
  const newest = await sql<{ calendar: string | null }>`
    select calendar from outbound_messages where kind = 'sms'`.execute(store.db);
  t.same(newest.rows, [{ calendar: null }]);
});
