import { emptyBriefing } from '../../src/briefing/briefing.ts';
import t from 'tap';
import type { EmulatedCall, ModelTurn, ScriptStep } from '../../emulator/index.ts';
import { calls, greeted, hears, script, startService, storedEnd } from './service.ts';

const service = await startService(t, { env: { SMS_SENDER: 'file' } });
const { app, emulator } = service;
const { briefings } = app.store;

const HOUR = 3_600_000;
const NUMBER = '+818012340001';
const START = Math.ceil(Date.now() / HOUR) * HOUR + 48 * HOUR;

await briefings.putBriefing({
  ...emptyBriefing('briefing-1'),
  title: '会社説明会',
  company: '見本商事',
  place: '渋谷会場',
  whatToBring: '筆記用具',
  contact: '03-1234-0000',
});
await briefings.putSlot(slot('slot-a', START), Date.now());
await briefings.putSlot(slot('slot-b', START + 24 * HOUR), Date.now());

function slot(slotId: string, startsAt: number) {
  return {
    slotId,
    briefingId: 'briefing-1',
    startsAt,
    endsAt: startsAt + 2 * HOUR,
    mode: 'on_site' as const,
    place: null,
    capacity: 1,
    open: true,
  };
}

let people = 0;

/** Somebody on the roster with a seat in slot-a; who had it before gives it up. */
async function applicant(code: string, kana = 'ヤマダ タロウ', phone = NUMBER): Promise<string> {
  people += 1;
  const stored = await briefings.putApplicant(
    {
      name: {
        full: '山田 太郎',
        family: null,
        given: null,
        fullKana: kana,
        familyKana: null,
        givenKana: null,
      },
      university: '見本大学',
      faculty: null,
      phones: [phone],
      email: null,
      source: 'test',
      externalId: `person-${people}`,
      reservationCode: code,
    },
    null,
  );
  if (stored.outcome !== 'stored') throw new Error(stored.outcome);
  const registered = await briefings.register({
    applicantId: stored.applicant.applicantId,
    slotId: 'slot-a',
    source: { kind: 'team', memberId: null },
    at: Date.now(),
  });
  if (registered.outcome !== 'registered') throw new Error(registered.outcome);
  return registered.registration.registrationId;
}

/** What the last function answered. */
function lastOutput(turn: ModelTurn): Record<string, unknown> {
  const item = turn.items.findLast((entry) => entry.type === 'function_call_output');
  return item?.type === 'function_call_output' ? (JSON.parse(item.output) as Record<string, unknown>) : {};
}

const confirmLast: ScriptStep = (turn) => [
  calls('update_attendance', {
    decision: 'absent',
    confirmation_token: lastOutput(turn)['confirmation_token'],
  }),
];

async function ring(steps: readonly ScriptStep[], from = NUMBER): Promise<EmulatedCall> {
  const call = await emulator.ring({ from: `<sip:${from}@pstn.example>`, model: script(...steps) });
  await greeted(call);
  return call;
}

const registrationOf = async (id: string) => (await briefings.getRegistration(id))?.registration;

t.test('a clear yes to the sentence that was read back is stored once, with both utterances', async (t) => {
  const id = await applicant('AB1234');
  const call = await ring([
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: 'AB1234' })],
    [calls('update_attendance', { decision: 'absent' })],
    confirmLast,
    [{ say: '承りました。' }],
  ]);
  await call.say('説明会を欠席します。山田太郎、予約番号はAB1234です。');
  await hears(call, 'ご欠席ということで、よろしいでしょうか');
  t.match(await registrationOf(id), { status: 'not_confirmed' }, 'nothing is stored before the answer');
  await call.say('はい、お願いします。');
  await hears(call, '承りました');
  t.match(await registrationOf(id), { status: 'absent', version: 2 });
  const [, change] = await briefings.listHistory(id);
  const turns = await finish(call);
  const evidence = change?.source.kind === 'caller' ? change.source.evidence : null;
  t.match(
    turns.find(({ turnKey }) => turnKey === evidence?.readBackTurnKey),
    { role: 'agent', status: 'complete' },
  );
  t.match(
    turns.find(({ turnKey }) => turnKey === evidence?.consentTurnKey),
    { role: 'caller', text: 'はい、お願いします。' },
  );
  t.equal(evidence?.callId, call.id);
  await until(async () => (await app.outbox.list({}, 10)).some(({ state }) => state === 'sent'));
  const messages = await app.outbox.list({}, 10);
  t.match(messages, [{ kind: 'sms', templateKey: 'absence_received', to: NUMBER, callId: call.id }]);
  t.equal(messages.length, 1, 'one message');
});

t.test('a nod is not a yes: はい or いいえ is asked for, and then counts', async (t) => {
  const id = await applicant('AB2234');
  const call = await ring([
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: 'AB2234' })],
    [calls('update_attendance', { decision: 'absent' })],
    confirmLast,
    confirmLast,
    [{ say: '承りました。' }],
  ]);
  await call.say('欠席します。山田太郎、AB2234です。');
  await hears(call, 'よろしいでしょうか');
  await call.say('大丈夫です。');
  await hears(call, 'はい、か、いいえ、で');
  t.match(await registrationOf(id), { status: 'not_confirmed' });
  await call.say('はい。');
  await hears(call, '承りました');
  t.match(await registrationOf(id), { status: 'absent' });
  await finish(call);
});

t.test('a no changes nothing', async (t) => {
  const id = await applicant('AB3234');
  const call = await ring([
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: 'AB3234' })],
    [calls('update_attendance', { decision: 'absent' })],
    confirmLast,
    (turn) => [{ say: `結果は${String(lastOutput(turn)['status'])}です。` }],
  ]);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await call.say('いいえ、違います。');
  await hears(call, '結果はdeclinedです');
  t.match(await registrationOf(id), { status: 'not_confirmed', version: 1 });
  await finish(call);
  await withdraw(id);
});

t.test('a model that confirms by itself, without a read-back, stores nothing', async (t) => {
  const id = await applicant('AB4234');
  const call = await ring([
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: 'AB4234' })],
    [calls('update_attendance', { decision: 'absent', confirmation_token: '00000000' })],
    (turn) => [{ say: `結果は${String(lastOutput(turn)['status'])}です。` }],
  ]);
  await call.say('はい、お願いします。');
  await hears(call, '結果はunknown_tokenです');
  t.match(await registrationOf(id), { status: 'not_confirmed', version: 1 });
  await finish(call);
  await withdraw(id);
});

t.test('a wrong code and an unknown person are answered alike, and change nothing', async (t) => {
  const id = await applicant('AB5234');
  const answers: string[] = [];
  for (const claim of [
    { kana_name: 'ヤマダタロウ', reservation_code: 'ZZ9999' },
    { kana_name: 'ナナシノゴンベエ', reservation_code: 'ZZ9999' },
  ]) {
    const call = await ring(
      [
        [calls('identify_caller', claim)],
        (turn) => {
          answers.push(JSON.stringify(lastOutput(turn)));
          return [calls('update_attendance', { decision: 'absent' })];
        },
        (turn) => [{ say: `結果は${String(lastOutput(turn)['status'])}です。` }],
      ],
      '+818012340099',
    );
    await call.say('欠席します。');
    await hears(call, '結果はnot_verifiedです');
    await finish(call);
  }
  t.equal(answers.length, 2);
  t.equal(answers[0], answers[1]);
  t.match(await registrationOf(id), { status: 'not_confirmed', version: 1 });
  await withdraw(id);
});

async function withdraw(registrationId: string): Promise<void> {
  await briefings.changeAttendance({
    registrationId,
    decision: { kind: 'withdraw', reason: null },
    source: { kind: 'team', memberId: null },
    expectedVersion: null,
    idempotencyKey: `withdraw/${registrationId}`,
    at: Date.now(),
  });
}

async function finish(call: EmulatedCall) {
  call.hangUp();
  await storedEnd(service, call.id);
  return app.store.calls.listTurns(call.id);
}

/** Looks again, at real time, until the condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 8_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
