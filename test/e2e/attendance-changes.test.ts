import t from 'tap';
import type { ModelTurn } from '../../emulator/index.ts';
import {
  confirms,
  eventually,
  hears,
  identifies,
  openAttendanceDesk,
  proposes,
  tells,
  calls,
} from './desk.ts';

const desk = await openAttendanceDesk(t);
const { briefings } = desk.app.store;
await desk.slot('slot-a', 0);
await desk.slot('slot-b', 1);
await desk.slot('slot-full', 2, { capacity: 1 });
await desk.person(['slot-full']);

/** The clock time in Japan so many minutes after the begin of the first slot. */
async function afterBegin(minutes: number): Promise<string> {
  const slot = await briefings.getSlot('slot-a');
  return new Date((slot?.startsAt ?? 0) + minutes * 60_000 + 9 * 3_600_000).toISOString().slice(11, 16);
}

const slots = [calls('check_slots', {})];

/** The name of a slot in this call, by the place it has in the list of other dates. */
const other = (place: number) => (turn: ModelTurn) => {
  const outputs = turn.items.flatMap((item) => (item.type === 'function_call_output' ? [item.output] : []));
  const list = outputs
    .map((output) => JSON.parse(output) as { registrations?: { other_dates: { slot: string }[] }[] })
    .find(({ registrations }) => registrations !== undefined);
  return list?.registrations?.[0]?.other_dates[place]?.slot;
};

for (const [what, decision, extra, sentence, status, template] of [
  ['attends', 'attend', async () => ({}), 'ご出席ということで', 'attending', 'attendance_confirmed'],
  [
    'is absent',
    'absent',
    async () => ({ reason: 'schedule' }),
    'ご欠席ということで',
    'absent',
    'absence_received',
  ],
  [
    'comes late',
    'late',
    async () => ({ arrival_time: await afterBegin(20) }),
    '遅れて',
    'late',
    'late_received',
  ],
  [
    'takes part online',
    'online',
    async () => ({}),
    'オンラインでのご参加ということで',
    'online',
    'online_confirmed',
  ],
  [
    'has not decided',
    'undecided',
    async () => ({}),
    'ご出席は未定ということで',
    'undecided',
    'undecided_received',
  ],
] as const) {
  t.test(`somebody who ${what}: read back, a clear yes, stored with both turns, one message`, async (t) => {
    const person = await desk.person(['slot-a']);
    const args = { decision, ...(await extra()) };
    const call = await desk.ring(person.phone, identifies(person), proposes(args), confirms, tells);
    await call.say('連絡です。');
    await hears(call, sentence);
    t.equal(await desk.status(person.registrationId), 'not_confirmed', 'nothing before the answer');
    await call.say('はい、お願いします。');
    await hears(call, '結果はstoredです');
    t.equal(await desk.status(person.registrationId), status);
    await desk.over(call);
    const change = (await briefings.listHistory(person.registrationId)).at(-1);
    const turns = await desk.app.store.calls.listTurns(call.id);
    const evidence = change?.source.kind === 'caller' ? change.source.evidence : null;
    const turn = (key: string | null | undefined) => turns.find(({ turnKey }) => turnKey === key);
    t.equal(evidence?.callId, call.id);
    t.match(turn(evidence?.readBackTurnKey), { role: 'agent', status: 'complete' });
    t.match(turn(evidence?.consentTurnKey), { role: 'caller', text: 'はい、お願いします。' });
    const messages = async () => desk.app.outbox.list({ callId: call.id }, 10);
    await eventually(async () => (await messages()).length > 0, 'the message');
    t.match(await messages(), [{ kind: 'sms', templateKey: template, to: person.phone }]);
    t.equal((await messages()).length, 1);
  });
}

for (const [what, decision, place, sentence, status, slotId] of [
  ['moves to another date', 'move', 0, '変更ということで', 'moved', 'slot-b'],
  [
    'goes on the waiting list of a full date',
    'wait',
    1,
    'キャンセル待ちということで',
    'waiting',
    'slot-full',
  ],
] as const) {
  t.test(`somebody who ${what}`, async (t) => {
    const person = await desk.person(['slot-a']);
    const slotOf = other(place);
    const call = await desk.ring(
      person.phone,
      identifies(person),
      slots,
      (turn) => [calls('update_attendance', { decision, slot: slotOf(turn) })],
      confirms,
      tells,
    );
    await call.say('日程の件です。');
    await hears(call, sentence);
    await call.say('はい、お願いします。');
    await hears(call, '結果はstoredです');
    const view = await briefings.getRegistration(person.registrationId);
    t.match(view?.registration, { status, slotId });
    await desk.over(call);
  });
}

t.test(
  'a full date is answered as full, with the waiting list as the way on, and nothing is stored',
  async (t) => {
    const person = await desk.person(['slot-a']);
    const slotOf = other(1);
    const call = await desk.ring(
      person.phone,
      identifies(person),
      slots,
      (turn) => [calls('update_attendance', { decision: 'move', slot: slotOf(turn) })],
      tells,
    );
    await call.say('変更したいです。');
    await hears(call, '結果はfullです');
    t.equal(await desk.status(person.registrationId), 'not_confirmed');
    await desk.over(call);
  },
);

t.test('without a mobile on file the confirmation goes by mail', async (t) => {
  const person = await desk.person(['slot-a'], { phones: ['+81312345678'], email: 'taro@example.jp' });
  const call = await desk.ring(
    '+81312345678',
    identifies(person),
    proposes({ decision: 'absent' }),
    confirms,
    tells,
  );
  await call.say('欠席します。');
  await hears(call, 'ご欠席ということで');
  await call.say('はい、お願いします。');
  await hears(call, '結果はstoredです');
  await desk.over(call);
  const messages = async () => desk.app.outbox.list({ callId: call.id }, 10);
  await eventually(async () => (await messages()).length > 0, 'the mail');
  t.match(await messages(), [{ kind: 'email', templateKey: 'absence_received', to: 'taro@example.jp' }]);
});
