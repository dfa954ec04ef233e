import t from 'tap';
import { verbatim } from '../../emulator/models/verbatim.ts';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { KEYPAD_VOICE_MS } from '../../src/call/timeouts.ts';
import { calls, hears, script } from './service.ts';
import { fillRoster } from './roster.ts';
import { outputs, received, settled, startTalk } from './talk.ts';

/** The desk for keys over real sockets: what is stored, with a model that speaks, fails, or says nothing. */

const talk = await startTalk(t, { env: { SCENARIO: 'attendance-ja' } });
const { calls: store, briefings } = talk.app.store;
const roster = await fillRoster(briefings, talk.clock.now());

let people = 0;

/** Somebody with a number and a code of their own. */
async function applicant(briefingCount = 1) {
  people += 1;
  const code = `S-${4000 + people}`;
  const phone = `+8190123400${String(people).padStart(2, '0')}`;
  const { registrationIds } = await roster.register({ code, phone, briefings: briefingCount });
  const [id = ''] = registrationIds;
  return { id, code, keys: `${4000 + people}#`, phone, registrationIds };
}

const isGreeting = (words: string | null) => words?.startsWith('お電話ありがとうございます') === true;

/** Speaks the greeting and nothing afterwards. */
const mute: Model = async ({ request }) => {
  const words = verbatim(request?.['instructions']);
  return isGreeting(words) ? [{ say: words ?? '' }] : new Promise(() => {});
};

/** Speaks the greeting; every later response fails. */
const failing: Model = async ({ request }) => {
  const words = verbatim(request?.['instructions']);
  if (isGreeting(words)) return [{ say: words ?? '' }];
  return [{ fail: { code: 'server_error', message: 'out of order' } }];
};

/** Says what it is asked to say word for word, and nothing else. */
const reader: Model = async ({ request }) => {
  const words = verbatim(request?.['instructions']);
  return words === null ? new Promise(() => {}) : [{ say: words }];
};

async function ring(model: Model, from: string | null): Promise<EmulatedCall> {
  const options = from === null ? {} : { from: `<sip:${from}@pstn.example>` };
  const call = await talk.greetedCall(model, options);
  await settled(call);
  return call;
}

/** Presses keys and lets the service act on them. */
async function press(call: EmulatedCall, keys: string): Promise<void> {
  for (const key of Array.from(keys)) call.press(key);
  await settled(call);
  await talk.pass(0);
}

async function hangUp(call: EmulatedCall): Promise<void> {
  call.hangUp();
  await talk.stored(call);
}

async function messagesOf(call: EmulatedCall) {
  return (await store.listMessages(100)).filter(({ callId }) => callId === call.id);
}

/** Kinds of the rows that the audit has of a call. */
async function auditOf(call: EmulatedCall): Promise<string[]> {
  const kinds: string[] = [];
  await talk.app.store.audit.read(async (reader) => {
    for await (const { rows } of reader.chains({ since: null, callId: call.id }))
      kinds.push(...rows.map(({ kind }) => kind));
  });
  return kinds;
}

async function keypadTurns(call: EmulatedCall) {
  return (await store.listTurns(call.id)).filter(({ role }) => role === 'keypad');
}

const changesOf = async (id: string) =>
  (await briefings.listHistory(id)).filter(({ source }) => source.kind === 'caller');

for (const [name, model] of [
  ['never speaks', mute],
  ['fails whatever it is asked', failing],
] as const) {
  t.test(`code, 1 and #, and a model that ${name} after the greeting: attending is stored`, async (t) => {
    const { id, keys, phone } = await applicant();
    const call = await ring(model, phone);
    await press(call, keys);
    await talk.pass(3_000);
    await press(call, '1#');
    await talk.pass(KEYPAD_VOICE_MS);
    t.equal(await roster.status(id), 'attending');
    await hangUp(call);
    const turns = await keypadTurns(call);
    t.same(
      turns.map(({ text }) => text),
      [`[キー入力] ${keys}`, '[キー入力] 1#'],
    );
    const [change, ...others] = await changesOf(id);
    t.same(others, []);
    t.match(change?.source, {
      evidence: { callId: call.id, readBackTurnKey: null, consentTurnKey: turns[1]?.turnKey },
    });
    t.same(await messagesOf(call), [], 'what is stored is not left to the team as well');
  });
}

t.test('with a voice: the menu names the briefing, the change is read back, and 1 stores it', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(reader, phone);
  await press(call, keys);
  await hears(call, 'からの説明会について、出席は1');
  await press(call, '2#');
  await hears(call, 'ご欠席ということで、よろしいでしょうか。お電話のボタンで');
  await settled(call);
  t.equal(await roster.status(id), 'not_confirmed', 'nothing is stored before the answer');
  await press(call, '1#');
  await hears(call, 'ご欠席ということで承りました');
  t.equal(await roster.status(id), 'absent');
  await hangUp(call);
  const turns = await store.listTurns(call.id);
  const [change] = await changesOf(id);
  const evidence = change?.source.kind === 'caller' ? change.source.evidence : null;
  t.match(
    turns.find(({ turnKey }) => turnKey === evidence?.readBackTurnKey),
    { role: 'agent', status: 'complete' },
  );
  t.match(
    turns.find(({ turnKey }) => turnKey === evidence?.consentTurnKey),
    { role: 'keypad', text: '[キー入力] 1#' },
  );
  t.same(
    (await auditOf(call)).filter((kind) => /^(identity|change|attendance)\./.test(kind)),
    ['identity.judged', 'change.proposed', 'attendance.changed', 'change.confirmed'],
    'the audit tells of keys as it tells of words',
  );
});

t.test('2 after the read-back: nothing is stored, and the audit says that it was declined', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(reader, phone);
  await press(call, keys);
  await hears(call, 'からの説明会について、出席は1');
  await press(call, '1#');
  await hears(call, 'よろしいでしょうか。お電話のボタンで');
  await settled(call);
  await press(call, '2#');
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.ok((await auditOf(call)).includes('change.dropped'));
});

/** A model that identifies the caller and proposes an absence, and then says nothing any more. */
function proposing(code: string): Model {
  const steps = script(
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: code })],
    [calls('update_attendance', { decision: 'absent' })],
  );
  let free = 0;
  return async (turn) => {
    if (verbatim(turn.request?.['instructions']) === null && (free += 1) > 2) return new Promise(() => {});
    return steps(turn);
  };
}

t.test('1 after a read-back of the model is stored, though the model says nothing more', async (t) => {
  const { id, code, phone } = await applicant();
  const call = await ring(proposing(code), phone);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await settled(call);
  await press(call, '1#');
  t.equal(await roster.status(id), 'absent');
  await hangUp(call);
});

t.test('2 after a read-back stores nothing, and leaves no message', async (t) => {
  const { id, code, phone } = await applicant();
  const call = await ring(proposing(code), phone);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await settled(call);
  await press(call, '2#');
  await hears(call, '変更はしておりません');
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.same(await messagesOf(call), []);
});

t.test('a model that confirms what a key has stored is told so, and nothing is stored twice', async (t) => {
  const { id, code, phone } = await applicant();
  let token: unknown = null;
  const model = script(
    [calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: code })],
    [calls('update_attendance', { decision: 'absent' })],
    ({ items }) => {
      const last = items.findLast((item) => item.type === 'function_call_output');
      token =
        last === undefined
          ? null
          : (JSON.parse(last.output) as Record<string, unknown>)['confirmation_token'];
      return [calls('update_attendance', { decision: 'absent', confirmation_token: token })];
    },
    [{ say: '承っております。' }],
  );
  const call = await ring(model, phone);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await settled(call);
  await press(call, '1#');
  await hears(call, 'ということで承りました');
  await call.say('記録できましたか。');
  await hears(call, '承っております');
  t.match(outputs(call).at(-1), { ok: true, status: 'stored' });
  t.equal((await changesOf(id)).length, 1);
  await hangUp(call);
});

t.test('an unknown code and the code of somebody else sound the same, and are limited', async (t) => {
  const { keys } = await applicant();
  const { id, phone } = await applicant();
  const heard: string[] = [];
  for (const wrong of [keys, '999999#']) {
    const call = await ring(reader, phone);
    await press(call, wrong);
    await hears(call, 'ご本人の確認ができませんでした');
    heard.push(call.heard.at(-1)?.text ?? '');
    await hangUp(call);
  }
  t.equal(heard[0], heard[1]);
  t.equal(await roster.status(id), 'not_confirmed');
});

t.test('after three wrong codes the right one is not looked at any more', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  for (const code of ['900001#', '900002#', '900003#', keys, '1#']) await press(call, code);
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.equal(
    (await messagesOf(call)).some(({ body }) => body.includes('ご本人の確認はできていません')),
    true,
  );
});

t.test('a caller who is not proven leaves a message for the team', async (t) => {
  const call = await ring(mute, '+819099990001');
  await press(call, '2#');
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  const messages = await messagesOf(call);
  t.match(messages, [
    { callbackNumber: '+819099990001', callerName: null, body: /「2」（欠席）が押されました/ },
  ]);
  t.equal(messages.length, 1);
});

t.test('3 leaves a message for the team, with the name of who is proven', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  await press(call, `${keys}3#`);
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.match(await messagesOf(call), [{ callerName: '山田 太郎', body: /日程の変更・そのほか/ }]);
  t.equal(await roster.status(id), 'not_confirmed');
});

t.test('a caller who hangs up right after the key has decided', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  for (const key of `${keys}1`) call.press(key);
  await settled(call);
  await hangUp(call);
  t.equal(await roster.status(id), 'attending');
  t.same(
    (await keypadTurns(call)).map(({ text }) => text),
    [`[キー入力] ${keys}`, '[キー入力] 1'],
  );
});

t.test('a caller who heard the question and did not answer has not decided: the team is told', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(reader, phone);
  await press(call, `${keys}2#`);
  await hears(call, 'ご欠席ということで、よろしいでしょうか');
  await settled(call);
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.match(await messagesOf(call), [{ body: /「2」（欠席）が押されました.*名簿には記録していません/ }]);
});

t.test('words after the key may take it back: the team is told', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  await press(call, `${keys}2#`);
  await call.say('いえ、やっぱり出席します。');
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.equal((await messagesOf(call)).length, 1);
});

t.test('with several briefings a key without a question is not specific: the team is told', async (t) => {
  const { keys, phone, registrationIds } = await applicant(2);
  const call = await ring(mute, phone);
  await press(call, `${keys}1#`);
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  for (const id of registrationIds) t.equal(await roster.status(id), 'not_confirmed');
  t.equal((await messagesOf(call)).length, 1);
});

t.test('a code from a number that is not on file proves nobody', async (t) => {
  const { id, keys } = await applicant();
  const call = await ring(mute, '+819099990002');
  await press(call, `${keys}1#`);
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.equal(await roster.status(id), 'not_confirmed');
  t.equal((await messagesOf(call)).length, 1);
});

t.test('a code after the decision has it read back', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(reader, phone);
  await press(call, '1#');
  await hears(call, '予約番号の数字を押し');
  await press(call, keys);
  await hears(call, 'ご出席ということで、よろしいでしょうか');
  await settled(call);
  await press(call, '1#');
  await hears(call, '承りました');
  t.equal(await roster.status(id), 'attending');
  await hangUp(call);
});

t.test('keys after a change was stored change nothing that was not read back', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  await press(call, `${keys}1#`);
  await talk.pass(KEYPAD_VOICE_MS);
  t.equal(await roster.status(id), 'attending');
  await press(call, '2#');
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.equal(await roster.status(id), 'attending');
  t.equal((await changesOf(id)).length, 1);
});

t.test('a storm of keys makes one write, and its turns are bounded', async (t) => {
  const { id, keys, phone } = await applicant();
  const call = await ring(mute, phone);
  await press(call, keys);
  await press(call, `${'1#'.repeat(60)}**##${'*'.repeat(40)}`);
  await talk.pass(KEYPAD_VOICE_MS);
  await hangUp(call);
  t.equal(await roster.status(id), 'attending');
  t.equal((await changesOf(id)).length, 1);
  t.ok((await messagesOf(call)).length <= 1);
  t.ok((await keypadTurns(call)).length <= 40);
});

t.test('the model is told of what was stored, so that it does not do it again', async (t) => {
  const { keys, phone } = await applicant();
  const call = await ring(reader, phone);
  await press(call, `${keys}1#`);
  await hears(call, 'よろしいでしょうか');
  await settled(call);
  await press(call, '1#');
  await hears(call, '承りました');
  const told = received(call, 'conversation.item.create').map(({ event }) => JSON.stringify(event));
  t.ok(told.some((text) => text.includes('[受付]') && text.includes('stored')));
  await hangUp(call);
});
