import { sql } from 'kysely';
import t from 'tap';
import { startAttendanceMessages } from '../../src/outbox/attendance-messages.ts';
import { silentLog } from '../../src/lib/log.ts';
import { briefingOf, enrol, HOUR, openHouse, personOf, slotOf, START, type HouseCall } from './house.ts';

const house = await openHouse();
t.teardown(() => house.store.close());
const { store } = house;
await store.briefings.putBriefing(briefingOf());
await store.briefings.putBriefing(briefingOf({ briefingId: 'briefing-2', title: '座談会' }));
await store.briefings.putSlot(slotOf('slot-a'), 0);
await store.briefings.putSlot(
  slotOf('slot-other', { briefingId: 'briefing-2', startsAt: START + 24 * HOUR }),
  0,
);

let people = 0;

/** Somebody verified, and the answer to their proposal. */
async function proposing(args: Record<string, unknown> = { decision: 'absent' }) {
  people += 1;
  const kana = `テスト ${Array.from(String(people), (digit) => 'アイウエオカキクケコ'[Number(digit)] ?? '').join('')}コ`;
  const { person, registrationId } = await enrol(store, personOf({ kana }), 'slot-a');
  const call = await house.call(`change-${people}`, `+8190666600${String(people).padStart(2, '0')}`);
  await call.run('identify_caller', { kana_name: kana, reservation_code: person.reservationCode });
  const asked = await call.run('update_attendance', args);
  return { call, asked, registrationId, token: asked.output['confirmation_token'] };
}

const confirm = async (call: HouseCall, token: unknown, functionCallId?: string) =>
  call.run('update_attendance', { decision: 'absent', confirmation_token: token }, functionCallId);

/** What changed is told to who is to be told. */
async function tellChanges(): Promise<void> {
  const { clock, outbox } = house;
  const { transact } = store;
  await startAttendanceMessages({ transact, queue: outbox.queue, clock, log: silentLog }).close();
}

const events = async (registrationId: string) => (await store.briefings.listHistory(registrationId)).length;

for (const words of [
  '大丈夫です。',
  '結構です。',
  'いいです。',
  'はい。',
  '行けたら行きます。',
  'いえ、はい。',
  'たぶん。',
]) {
  t.test(`「${words}」 after a read-back commits nothing, and says what to do next`, async (t) => {
    const { call, asked, registrationId, token } = await proposing();
    call.readOut(asked);
    call.says(words);
    const answer = await confirm(call, token);
    t.equal(answer.output['ok'], false);
    t.ok(answer.output['hint']);
    t.equal(await events(registrationId), 1);
  });
}

for (const words of ['30日は。', 'わかりました。', 'よろしくお願いします。', 'うん。']) {
  t.test(`「${words}」 is no はい, also once はい or いいえ was asked for in words`, async (t) => {
    const { call, asked, registrationId, token } = await proposing({ decision: 'attend' });
    call.readOut(asked);
    call.says('はい。');
    const inWords = await confirm(call, token);
    t.match(call.readOut(inWords), /はい、か、いいえ、でお答えください。$/);
    call.says(words);
    t.equal((await confirm(call, token)).output['ok'], false);
    t.equal(await events(registrationId), 1);
  });
}

t.test('a nod is settled by a key, and the plain はい after it still counts', async (t) => {
  const { call, asked, registrationId, token } = await proposing();
  call.readOut(asked);
  call.says('うん。');
  call.readOut(await confirm(call, token));
  call.says('わかりました。');
  const keys = await confirm(call, token);
  t.match(keys.output, { status: 'press_a_key' });
  call.readOut(keys);
  call.says('はい。');
  t.match((await confirm(call, token)).output, { status: 'stored' });
  t.equal(await events(registrationId), 2);
});

t.test('what cannot be stored is refused before it is read back', async (t) => {
  await store.briefings.putBriefing(briefingOf({ briefingId: 'briefing-3', onlineUrl: null }));
  const slot = (id: string, hours: number, capacity: number | null) =>
    slotOf(id, { briefingId: 'briefing-3', startsAt: START + hours * HOUR, capacity });
  await store.briefings.putSlot(slot('slot-c', 48, null), 0);
  await store.briefings.putSlot(slot('slot-taken', 72, 1), 0);
  await enrol(store, personOf({ kana: 'サキ トリ' }), 'slot-taken');
  const { person } = await enrol(store, personOf({ kana: 'アト カラ' }), 'slot-c');
  const call = await house.call('hopeless');
  await call.run('identify_caller', { kana_name: 'アト カラ', reservation_code: person.reservationCode });
  await call.run('check_slots', {});

  const online = await call.run('update_attendance', { decision: 'online' });
  t.match(online, { status: 'refused', output: { status: 'online_not_offered' } });
  t.equal(online.control, null);
  const full = await call.run('update_attendance', { decision: 'move', slot: 'slot_1' });
  t.match(full, { status: 'refused', output: { status: 'full', hint: /waiting list/ } });
  t.equal(full.control, null);
  const wait = await call.run('update_attendance', { decision: 'wait', slot: 'slot_1' });
  t.match(wait.output, { status: 'needs_confirmation' });
});

t.test('who gives something up for the waiting list hears so before and in the read-back', async (t) => {
  await store.briefings.putBriefing(briefingOf({ briefingId: 'briefing-4' }));
  const slot = (id: string, hours: number, capacity: number | null) =>
    slotOf(id, { briefingId: 'briefing-4', startsAt: START + hours * HOUR, capacity });
  await store.briefings.putSlot(slot('slot-seat', 96, null), 0);
  await store.briefings.putSlot(slot('slot-full', 120, 1), 0);
  await enrol(store, personOf({ kana: 'マン セキ' }), 'slot-full');
  const { person, registrationId } = await enrol(store, personOf({ kana: 'イマ セキ' }), 'slot-seat');
  const call = await house.call('gives-up');
  await call.run('identify_caller', { kana_name: 'イマ セキ', reservation_code: person.reservationCode });
  await call.run('check_slots', {});
  const waits = async () => {
    const full = await call.run('update_attendance', { decision: 'move', slot: 'slot_1' });
    const wait = await call.run('update_attendance', { decision: 'wait', slot: 'slot_1' });
    return {
      hint: String(full.output['hint']),
      said: wait.control?.kind === 'say' ? wait.control.sentence : '',
    };
  };
  const decides = async (kind: 'online' | 'absent') => {
    const decision = kind === 'online' ? { kind } : { kind, reason: null };
    await store.briefings.changeAttendance({
      registrationId,
      decision,
      source: { kind: 'team', memberId: null },
      expectedVersion: null,
      idempotencyKey: `gives-up-${kind}`,
      at: house.clock.now(),
    });
  };

  const seated = await waits();
  t.match(seated.hint, /the seat they hold now is given up/);
  t.match(
    seated.said,
    /満席ですので、いまのお席を取り消して、キャンセル待ちということで、よろしいでしょうか。$/,
  );
  await decides('online');
  const online = await waits();
  t.match(online.hint, /taking part online is given up/);
  t.match(online.said, /満席ですので、オンラインでのご参加を取り消して、キャンセル待ちということで/);
  await decides('absent');
  const absent = await waits();
  t.notMatch(absent.hint, /given up/);
  t.match(absent.said, /満席ですので、キャンセル待ちということで/);
});

t.test('a no, and a correction, drop the proposal: its token is worth nothing afterwards', async (t) => {
  for (const words of ['いいえ、違います。', 'いえ、出席でお願いします。']) {
    const { call, asked, registrationId, token } = await proposing();
    call.readOut(asked);
    call.says(words);
    t.equal((await confirm(call, token)).status, 'refused');
    call.says('はい、お願いします。');
    t.match((await confirm(call, token)).output, { status: 'unknown_token' });
    t.equal(await events(registrationId), 1);
  }
});

t.test('a read-back that was not spoken to its end proves nothing', async (t) => {
  const { call, asked, registrationId, token } = await proposing();
  if (asked.control?.kind !== 'say') throw new Error('nothing to say');
  call.heard(asked.control.sentence.slice(0, -8));
  call.says('はい、お願いします。');
  t.match((await confirm(call, token)).output, { status: 'not_read_back' });
  t.equal(await events(registrationId), 1);
});

t.test('a yes that was said before the read-back proves nothing', async (t) => {
  const { call, asked, registrationId, token } = await proposing();
  call.says('はい、お願いします。');
  call.readOut(asked);
  t.match((await confirm(call, token)).output, { status: 'no_answer_yet' });
  t.equal(await events(registrationId), 1);
});

t.test('without a transcript the keypad is asked for, and 1 is the yes', async (t) => {
  const { call, asked, registrationId, token } = await proposing();
  call.readOut(asked);
  call.says(null);
  const keys = await confirm(call, token);
  t.match(keys.output, { status: 'press_a_key' });
  t.match(call.readOut(keys), /よろしければ1を/);
  call.presses('1');
  t.match((await confirm(call, token)).output, { status: 'stored' });
  t.equal(await events(registrationId), 2);
});

t.test('a token of another call is worth nothing', async (t) => {
  const first = await proposing();
  const second = await proposing();
  second.call.readOut(second.asked);
  second.call.says('はい、お願いします。');
  t.match((await confirm(second.call, first.token)).output, { status: 'unknown_token' });
  t.equal(await events(second.registrationId), 1);
  t.equal(await events(first.registrationId), 1);
});

t.test('a storm of 50 repeated calls makes one event and one message', async (t) => {
  const { call, asked, registrationId, token } = await proposing();
  call.readOut(asked);
  call.says('はい、お願いします。');
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => confirm(call, token, `storm_${index % 10}`)),
  );
  t.ok(answers.some(({ output }) => output['status'] === 'stored'));
  t.equal(await events(registrationId), 2);
  await tellChanges();
  const messages = await store.db
    .selectFrom('outbound_messages')
    .select('template_key')
    .where('call_id', '=', call.id)
    .execute();
  t.same(messages, [{ template_key: 'absence_received' }]);
});

t.test(
  'with several registrations the one that is meant has to be named, by a name of this call',
  async (t) => {
    const { applicantId, person, registrationIds } = await enrol(
      store,
      personOf({ kana: 'フタツ モチ' }),
      'slot-a',
      'slot-other',
    );
    const call = await house.call('several', '+819066660099');
    await call.run('identify_caller', { kana_name: 'フタツ モチ', reservation_code: person.reservationCode });
    t.match((await call.run('update_attendance', { decision: 'absent' })).output, {
      status: 'several_registrations',
    });
    t.match(
      (await call.run('update_attendance', { decision: 'absent', registration: 'registration_7' })).output,
      { status: 'no_registration' },
    );
    const listed = await call.run('check_slots');
    t.match(listed.output, {
      registrations: [{ registration: 'registration_1' }, { registration: 'registration_2' }],
    });
    t.notMatch(JSON.stringify(listed.output), applicantId);
    const asked = await call.run('update_attendance', { decision: 'absent', registration: 'registration_2' });
    call.readOut(asked);
    call.says('はい、お願いします。');
    t.match((await confirm(call, asked.output['confirmation_token'])).output, { status: 'stored' });
    t.same(await Promise.all(registrationIds.map(events)), [1, 2]);
  },
);

for (const [what, args, status] of [
  ['late without a time', { decision: 'late' }, 'arrival_time_missing'],
  ['late before the begin', { decision: 'late', arrival_time: '13:00' }, 'arrival_not_late'],
  ['a move to nowhere', { decision: 'move' }, 'slot_missing'],
  ['a move to a slot nobody named', { decision: 'move', slot: 'slot_9' }, 'slot_missing'],
] as const) {
  t.test(`${what} is answered ${status}, and nothing is proposed`, async (t) => {
    const { call, asked } = await proposing(args);
    t.match(asked, { status: 'refused', output: { ok: false, status } });
    t.equal(call.callCase.proposal, null);
  });
}

t.test('a withdrawal is read back as one and stored as one', async (t) => {
  const { call, asked } = await proposing({ decision: 'withdraw' });
  t.match(call.readOut(asked), /説明会は、ご辞退ということで、よろしいでしょうか。$/);
  call.says('はい、辞退します。');
  t.match((await confirm(call, asked.output['confirmation_token'])).output, { status: 'stored' });
  const { rows } = await sql<{ status: string }>`
    select to_status as status from registration_events where call_id = ${call.id}`.execute(store.db);
  t.match(rows, [{ status: 'withdrawn' }]);
});

t.test('who has not proven anything learns and changes nothing', async (t) => {
  const call = await house.call('nobody', '+819066660098');
  for (const name of ['check_slots', 'update_attendance']) {
    const answer = await call.run(name, name === 'check_slots' ? {} : { decision: 'attend' });
    t.match(answer, { status: 'refused', output: { status: 'not_verified' } });
  }
});
