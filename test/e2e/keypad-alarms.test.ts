import { sql } from 'kysely';
import t from 'tap';
import { verbatim } from '../../emulator/models/verbatim.ts';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { KEYPAD_MAX_ENTRIES, KEYPAD_SETTLE_RETRY_MS, KEYPAD_SETTLE_TRIES } from '../../src/call/timeouts.ts';
import { alarms, metric } from './outcomes.ts';
import { settled, startTalk, until } from './talk.ts';

const talk = await startTalk(t, { env: { SCENARIO: 'attendance-ja' } });
const { store } = talk.app;

/** Speaks the greeting and nothing afterwards. */
const mute: Model = async ({ request }) => {
  const words = verbatim(request?.['instructions']);
  return words?.startsWith('お電話ありがとうございます') === true ? [{ say: words }] : new Promise(() => {});
};

async function ring(from: string): Promise<EmulatedCall> {
  const call = await talk.greetedCall(mute, { from: `<sip:${from}@pstn.example>` });
  await settled(call);
  return call;
}

async function press(call: EmulatedCall, keys: string): Promise<void> {
  for (const key of Array.from(keys)) call.press(key);
  await settled(call);
}

t.test(
  'more entries than a conversation needs raise one alarm, and the surplus leaves nothing',
  async (t) => {
    const call = await ring('+819099990011');
    for (let entry = 0; entry < KEYPAD_MAX_ENTRIES; entry += 1) await press(call, '9#');
    t.same(alarms(talk.lines, call.id), [], 'so many are allowed');
    await press(call, '9#'.repeat(5));
    t.same(alarms(talk.lines, call.id), ['keypad_flood']);
    call.hangUp();
    await talk.stored(call);
    const turns = await store.calls.listTurns(call.id);
    t.equal(turns.filter(({ role }) => role === 'keypad').length, KEYPAD_MAX_ENTRIES);
    t.equal(await metric(talk, 'denwaban_alarms_total{code="keypad_flood"}'), 1);
  },
);

t.test('what was pressed and cannot be settled while the store fails raises an alarm', async (t) => {
  const call = await ring('+819099990012');
  await press(call, '2#');
  await sql`alter table tool_calls rename to tool_calls_away`.execute(store.db);
  call.hangUp();
  await settled(call);
  const tries = () => alarms(talk.lines, call.id).length > 0;
  for (let wait = 0; wait < KEYPAD_SETTLE_TRIES; wait += 1)
    await talk.pass(KEYPAD_SETTLE_RETRY_MS * 2 ** wait);
  await until(tries, 'the alarm');
  await sql`alter table tool_calls_away rename to tool_calls`.execute(store.db);
  t.same(alarms(talk.lines, call.id), ['keypad_unsettled']);
  await talk.stored(call);
  t.equal(await metric(talk, 'denwaban_alarms_total{code="keypad_unsettled"}'), 1);
});

t.test('a store that is back before the last try costs no alarm: the team is told', async (t) => {
  const call = await ring('+819099990013');
  await press(call, '2#');
  await sql`alter table tool_calls rename to tool_calls_away`.execute(store.db);
  call.hangUp();
  await talk.pass(KEYPAD_SETTLE_RETRY_MS);
  await sql`alter table tool_calls_away rename to tool_calls`.execute(store.db);
  await talk.pass(KEYPAD_SETTLE_RETRY_MS * 2 ** KEYPAD_SETTLE_TRIES);
  await talk.stored(call);
  t.same(alarms(talk.lines, call.id), []);
  const messages = await store.calls.listMessages(10);
  t.match(
    messages.filter(({ callId }) => callId === call.id),
    [{ body: /「2」（欠席）が押されました/ }],
  );
});
