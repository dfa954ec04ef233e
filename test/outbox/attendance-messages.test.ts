import { sql } from 'kysely';
import t from 'tap';
import type { AttendanceDecision } from '../../src/briefing/attendance-change.ts';
import type { Registration } from '../../src/briefing/registration.ts';
import { startAttendanceMessages } from '../../src/outbox/attendance-messages.ts';
import type { Senders } from '../../src/outbox/ports.ts';
import { briefingOf, changeOf, NOW, planned, registered, slotOf } from '../store/briefing/fixtures.ts';
import { claimOf, openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { MOBILE, openDesk, openSender } from './desk.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
const clock = new ManualClock(NOW);
const SMS: Senders = new Map([['sms', openSender()]]);
const MAIL: Senders = new Map([['email', openSender()]]);
const BOTH: Senders = new Map([...SMS, ...MAIL]);

t.beforeEach(async () => {
  await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
});

let calls = 0;

/** A decision by telephone, each in a call of its own; `dialled` null: the call is not stored. */
async function decide(
  registration: Registration,
  decision: AttendanceDecision,
  dialled: string | null = null,
): Promise<void> {
  calls += 1;
  const name = `decides-${calls}`;
  if (dialled !== null) await store.calls.claimCall(claimOf(name, { dialledNumber: dialled }));
  const evidence = { callId: `rtc_${name}`, readBackTurnKey: 'item_1', consentTurnKey: 'item_2' };
  const source = { kind: 'caller', evidence } as const;
  await store.briefings.changeAttendance(changeOf(registration, decision, { source }));
}

/** What changed is told. @returns what is to leave, and what was logged */
async function told(senders: Senders, targets: readonly { readonly name: string }[] = []) {
  const desk = openDesk({ store, clock, senders, targets });
  const { transact } = store;
  await startAttendanceMessages({ transact, queue: desk.queue, clock, log: desk.log }).close();
  const { rows } = await sql<{ kind: string; template_key: string; recipient: string; body: string }>`
    select kind, template_key, recipient, body from outbound_messages order by created_at, natural_key`.execute(
    store.db,
  );
  return { messages: rows, log: desk.log.lines.join('\n') };
}

/** Somebody registered for the first of the slots, of whom this is on file. */
async function somebody(
  slotId: string,
  { phones = [MOBILE], email = 'taro@example.jp' }: { phones?: string[]; email?: string | null } = {},
): Promise<Registration> {
  const registration = await registered(store, 1, slotId);
  await sql`update applicants set phones = ${phones}, email = ${email}`.execute(store.db);
  return registration;
}

for (const [what, senders, person, kind, to] of [
  ['text messages and mail', BOTH, {}, 'sms', MOBILE],
  ['mail alone', MAIL, {}, 'email', 'taro@example.jp'],
  ['text messages alone', SMS, {}, 'sms', MOBILE],
  ['both, to a mobile abroad', BOTH, { phones: ['+447400123456'] }, 'email', 'taro@example.jp'],
  ['both, to a mobile behind a fixed line', BOTH, { phones: ['+81312345678', MOBILE] }, 'sms', MOBILE],
] as const) {
  t.test(`with ${what} a change is told once, by ${kind}`, async (t) => {
    const [slotId = ''] = await planned(store, [2]);
    const phones = 'phones' in person ? { phones: [...person.phones] } : {};
    await decide(await somebody(slotId, phones), { kind: 'attend' });
    const { messages } = await told(senders);
    t.match(messages, [{ kind, template_key: 'attendance_confirmed', recipient: to }]);
    t.equal(messages.length, 1);
  });
}

t.test('who got a seat is told, by mail where no text messages leave, and whom to call', async (t) => {
  const [full = '', other = ''] = await planned(store, [1, 5], { contact: null });
  const holder = await registered(store, 2, full);
  const waits = await somebody(other);
  await decide(waits, { kind: 'wait', toSlotId: full }, '+815033334444');
  await told(MAIL);
  await decide(holder, { kind: 'absent', reason: null }, '+815055556666');
  const { messages } = await told(MAIL);
  const promoted = messages.find(({ template_key }) => template_key === 'waiting_promoted');
  t.match(promoted, { kind: 'email', recipient: 'taro@example.jp', body: /050-3333-4444 までお知らせ/ });
});

t.test('who cannot be reached is named in the log by nothing but the reason', async (t) => {
  const [slotId = ''] = await planned(store, [2]);
  await decide(await somebody(slotId, { phones: ['+81312345678'], email: null }), { kind: 'attend' });
  const { messages, log } = await told(BOTH);
  t.same(messages, []);
  t.match(log, /warn The applicant is not told of the change .*no_address/);
  t.notMatch(log, /8131234/);
});

t.test('a briefing with a blank in its words stops the message of nobody else', async (t) => {
  const [slotId = ''] = await planned(store, [2]);
  const blank = await ofBlankBriefing();
  const good = await somebody(slotId);
  const { registrationId } = blank;
  await decide(blank, { kind: 'attend' });
  await decide(good, { kind: 'attend' });
  const { messages, log } = await told(SMS, [{ name: 'ats' }]);
  const texts = messages.filter(({ kind }) => kind === 'sms');
  t.same(
    texts.map(({ template_key }) => template_key),
    ['attendance_confirmed'],
  );
  t.equal(
    messages.length - texts.length,
    4,
    'other systems are told of both registrations and both decisions',
  );
  t.match(
    log,
    new RegExp(`^error The applicant is not told .*"registration_id":"${registrationId}","version":2`),
  );
  t.match(log, /needs a value for contact/);
  t.equal((await told(SMS)).log, '', 'once');
});

/** Somebody registered for a briefing whose contact shows nothing. */
async function ofBlankBriefing(): Promise<Registration> {
  await store.briefings.putBriefing(briefingOf('blank', { contact: '　' }));
  await store.briefings.putSlot(slotOf('blank', 1), NOW);
  return registered(store, 2, 'blank-1');
}

for (const [decision, template, says, never] of [
  [{ kind: 'online' }, 'online_confirmed', /オンラインでのご参加を承りました。https:/, /丸の内|ご出席を承り/],
  [{ kind: 'withdraw', reason: null }, 'withdrawal_received', /ご辞退を承りました/, /ご欠席|別の日程/],
  [{ kind: 'undecided', callbackAt: null }, 'undecided_received', /未定と承りました/, /折り返し/],
  [{ kind: 'absent', reason: null }, 'absence_received', /ご欠席を承りました/, /ご辞退/],
] as const) {
  t.test(`${decision.kind} is confirmed as what it is, in both ways of writing`, async (t) => {
    for (const senders of [SMS, MAIL]) {
      const [slotId = ''] = await planned(store, [2]);
      await sql`truncate outbound_messages, outbound_counts`.execute(store.db);
      await decide(await somebody(slotId), decision);
      const { messages } = await told(senders);
      t.match(messages, [{ template_key: template }]);
      if (senders === SMS) t.match(messages[0]?.body, says);
      t.notMatch(messages[0]?.body, never);
      t.match(messages[0]?.body, /会社説明会/);
    }
  });
}

t.test('without a contact the confirmation names the number that was dialled', async (t) => {
  const [slotId = ''] = await planned(store, [2], { contact: null });
  await decide(await somebody(slotId), { kind: 'attend' }, '+815033334444');
  t.match((await told(SMS)).messages[0]?.body, /変更は 050-3333-4444 へ。/);
});
