import { sql } from 'kysely';
import t from 'tap';
import { claimOf } from '../store/fixtures.ts';
import { briefingOf, enrol, openHouse, personOf, slotOf, type HouseCall } from './house.ts';

const house = await openHouse();
t.teardown(() => house.store.close());
const { store } = house;
await store.briefings.putBriefing(briefingOf());
await store.briefings.putSlot(slotOf('slot-a'), 0);

let people = 0;

/** A call of somebody on the roster who has proven who they are. */
async function verified(from: string | null, data: { phones: string[]; email?: string | null }) {
  people += 1;
  const kana = `ヤマダ ${'アイウエオカキクケコサシスセソタチツテト'[people] ?? ''}${'マミムメモ'[people % 5] ?? ''}ロウ`;
  const { person, registrationId } = await enrol(store, personOf({ kana, ...data }), 'slot-a');
  const call = await house.call(`sms-${people}`, from);
  const answer = await call.run('identify_caller', {
    kana_name: kana,
    reservation_code: person.reservationCode,
  });
  if (answer.output['may_change'] !== true) throw new Error(JSON.stringify(answer.output));
  return { call, registrationId };
}

async function stranger(from: string | null): Promise<HouseCall> {
  people += 1;
  return house.call(`sms-${people}`, from);
}

async function sent(call: HouseCall) {
  const { rows } = await sql<{
    kind: string;
    template_key: string;
    recipient: string;
    body: string;
    calendar: string | null;
  }>`
    select kind, template_key, recipient, body, calendar from outbound_messages where call_id = ${call.id}
    order by created_at, natural_key`.execute(store.db);
  return rows;
}

const DETAILS = { template: 'briefing_details' };
const CONTACT = { template: 'contact_details' };

t.test('what is reserved goes to the mobile on file, in fixed words, with a job', async (t) => {
  const { call } = await verified('+81312345678', { phones: ['+81312345678', '+819055550001'] });
  const jobs = house.outbox.jobs.planned.length;
  const answer = await call.run('send_message', DETAILS);
  t.match(answer, { status: 'ok', output: { ok: true, status: 'sending', to: 'the mobile number on file' } });
  t.notMatch(JSON.stringify(answer.output), /5555/, 'the model is told no number');
  t.match(await sent(call), [{ kind: 'sms', template_key: 'briefing_details', recipient: '+819055550001' }]);
  t.match((await sent(call))[0]?.body, /^【見本商事】会社説明会 11月30日\(月\) 14:00 会場: 渋谷会場 /);
  t.equal((await sent(call))[0]?.calendar, null, 'a text message carries no calendar entry');
  t.equal(house.outbox.jobs.planned.length, jobs + 1);
});

t.test('the calling mobile goes before another one on file', async (t) => {
  const { call } = await verified('+819055550003', { phones: ['+819055550002', '+819055550003'] });
  await call.run('send_message', DETAILS);
  t.match(await sent(call), [{ recipient: '+819055550003' }]);
});

t.test('a calling mobile that is not on file gets nothing while there is a mobile on file', async (t) => {
  const { call } = await verified('+819055550099', { phones: ['+819055550004'] });
  await call.run('send_message', DETAILS);
  t.match(await sent(call), [{ recipient: '+819055550004' }]);
});

t.test('without a mobile the address on file gets it', async (t) => {
  const { call } = await verified('+81312345678', { phones: ['+81312345678'], email: 'taro@example.jp' });
  const answer = await call.run('send_message', { template: 'registration_details' });
  t.match(answer.output, { ok: true, to: 'the e-mail address on file' });
  t.match(await sent(call), [{ kind: 'email', recipient: 'taro@example.jp' }]);
  t.match((await sent(call))[0]?.body, /受付状況: 未確認/);
  t.match((await sent(call))[0]?.calendar, /METHOD:REQUEST[^]*DTSTART:20261130T050000Z/);
});

t.test('the same message is sent once, whatever asks for it again', async (t) => {
  const { call } = await verified('+819055550005', { phones: ['+819055550005'] });
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => call.run('send_message', DETAILS, `storm_${index}`)),
  );
  t.equal(answers.filter(({ output }) => output['status'] === 'sending').length, 1);
  t.equal(answers.filter(({ output }) => output['status'] === 'already_sent').length, 49);
  t.equal((await sent(call)).length, 1);
});

t.test('a third message of a call is refused, and the refusal counts nothing', async (t) => {
  const { call } = await verified('+819055550006', { phones: ['+819055550006'] });
  for (const template of ['briefing_details', 'registration_details']) {
    t.match(await call.run('send_message', { template }), { status: 'ok' });
  }
  t.match(await call.run('send_message', CONTACT), { status: 'refused', output: { status: 'limit' } });
  t.equal((await sent(call)).length, 2);
});

t.test('a number gets three messages a day, over all calls', async (t) => {
  const statuses: unknown[] = [];
  for (let count = 0; count < 5; count += 1) {
    const call = await stranger('+819055550007');
    statuses.push((await call.run('send_message', CONTACT)).output['status']);
  }
  t.same(statuses, ['sending', 'sending', 'sending', 'limit', 'limit']);
});

t.test('200 calls at once send one number three messages', async (t) => {
  const calls = await Promise.all(Array.from({ length: 200 }, async () => stranger('+819055550008')));
  const answers = await Promise.all(calls.map(async (call) => call.run('send_message', CONTACT)));
  t.equal(answers.filter(({ output }) => output['status'] === 'sending').length, 3);
  t.equal(answers.filter(({ output }) => output['status'] === 'limit').length, 197);
});

t.test('the daily budget holds for all', async (t) => {
  const poor = await openHouse({ budget: 2 });
  const statuses: unknown[] = [];
  for (let count = 0; count < 4; count += 1) {
    const call = await poor.call(`poor-${count}`, `+81905555100${count}`);
    statuses.push((await call.run('send_message', CONTACT)).output['status']);
  }
  await poor.store.close();
  t.same(statuses, ['sending', 'sending', 'limit', 'limit']);
});

t.test('who is not verified gets the number to call and nothing personal', async (t) => {
  const call = await stranger('+819055550009');
  for (const template of ['briefing_details', 'registration_details']) {
    t.match(await call.run('send_message', { template }), {
      status: 'refused',
      output: { status: 'not_verified' },
    });
  }
  t.match(await call.run('send_message', CONTACT), { output: { to: 'the calling number' } });
  const [message] = await sent(call);
  t.match(message, { template_key: 'contact_details', recipient: '+819055550009' });
  t.match(message?.body, /お問い合わせは 050-3333-4444 へ/);
});

t.test('a number of the model counts for nothing where one is known', async (t) => {
  const { call } = await verified('+819055550010', { phones: ['+819055550010'] });
  call.says('090-5555-9999に送ってください。');
  const answer = await call.run('send_message', { ...DETAILS, mobile: '090-5555-9999' });
  t.match(answer, { status: 'refused', output: { status: 'number_not_needed' } });
  t.same(await sent(call), []);
});

/** A call from a fixed line that has been asked for a mobile. */
async function landline(): Promise<HouseCall> {
  const call = await stranger('+81312345678');
  const answer = await call.run('send_message', CONTACT);
  if (answer.output['status'] !== 'mobile_missing') throw new Error(JSON.stringify(answer.output));
  return call;
}

const MOBILE = { ...CONTACT, mobile: '090-5555-0011' };

t.test('over a fixed line the number that was said, read back and confirmed gets it', async (t) => {
  const call = await landline();
  call.says('えっと、ゼロキューゼロ、5555の、');
  call.says('0011です。');
  const asked = await call.run('send_message', MOBILE);
  t.match(asked.output, { status: 'needs_confirmation' });
  t.equal(
    call.readOut(asked),
    'お送り先は、ゼロきゅうゼロ、ごごごご、ゼロゼロいちいち、でよろしいでしょうか。',
  );
  t.same(await sent(call), [], 'nothing before the answer');
  call.says('はい、お願いします。');
  const token = asked.output['confirmation_token'];
  t.match(await call.run('send_message', { ...CONTACT, confirmation_token: token }), {
    output: { status: 'sending', to: 'the number that the caller gave' },
  });
  t.match(await sent(call), [{ recipient: '+819055550011' }]);
});

t.test('over a withheld line the keypad alone is enough', async (t) => {
  const call = await stranger(null);
  t.match((await call.run('send_message', CONTACT)).output, { status: 'mobile_missing' });
  call.says(null);
  t.match((await call.run('send_message', MOBILE)).output, { status: 'number_not_heard' });
  call.presses('09055550012#');
  const asked = await call.run('send_message', { ...CONTACT, mobile: '09055550012' });
  call.readOut(asked);
  call.presses('1');
  const token = asked.output['confirmation_token'];
  await call.run('send_message', { ...CONTACT, confirmation_token: token });
  t.match(await sent(call), [{ recipient: '+819055550012' }]);
});

for (const [what, mobile, status] of [
  ['a number that nobody said', '090-5555-0013', 'number_not_heard'],
  ['a fixed line', '03-1234-5678', 'not_mobile'],
  ['a number abroad', '+1 650 253 0000', 'not_mobile'],
  ['a toll-free number', '0120-123-456', 'not_mobile'],
  ['half a number', '090-5555', 'not_mobile'],
  ['a SIP address', 'sip:evil@example.com', 'not_mobile'],
] as const) {
  t.test(`${what} is refused as ${status}`, async (t) => {
    const call = await landline();
    if (status === 'not_mobile') call.says(`${mobile}です。`);
    t.match((await call.run('send_message', { ...CONTACT, mobile })).output, { status });
    t.same(await sent(call), []);
  });
}

for (const words of [
  '大丈夫です',
  '結構です',
  'いいです',
  'はい',
  'いえ、はい',
  'いいえ',
  'いえ、0012です',
]) {
  t.test(`after 「${words}」 nothing is sent`, async (t) => {
    const call = await landline();
    call.says('09055550011です。');
    const asked = await call.run('send_message', MOBILE);
    call.readOut(asked);
    call.says(words);
    const again = await call.run('send_message', {
      ...CONTACT,
      confirmation_token: asked.output['confirmation_token'],
    });
    t.equal(again.output['ok'], false);
    t.same(await sent(call), []);
  });
}

t.test('a model that confirms without a read-back, or with an invented token, sends nothing', async (t) => {
  const call = await landline();
  call.says('09055550011です。');
  const asked = await call.run('send_message', MOBILE);
  call.says('はい、お願いします。');
  const token = asked.output['confirmation_token'];
  t.match((await call.run('send_message', { ...CONTACT, confirmation_token: token })).output, { ok: false });
  t.match((await call.run('send_message', { ...CONTACT, confirmation_token: '00000000' })).output, {
    status: 'unknown_token',
  });
  t.same(await sent(call), []);
});

t.test('without a number that was dialled there is nothing to tell', async (t) => {
  await store.calls.claimCall(claimOf('not-dialled', { dialledNumber: null }));
  const call = await house.call('not-dialled', '+819055550020');
  t.match((await call.run('send_message', CONTACT)).output, { status: 'not_available' });
});
