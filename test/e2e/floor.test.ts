import t from 'tap';
import Type from 'typebox';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { RETRY_MS } from '../../src/call/timeouts.ts';
import type { Tool, ToolOutcome } from '../../src/tools/tool.ts';
import { alarms } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

const QUESTION = '渋谷会場での説明会に、ご出席ということで、よろしいでしょうか。';

/** Tools that answer when the test says so. */
const tool = { running: false, release: (): void => undefined };

function held(name: string, outcome: ToolOutcome): Tool {
  return {
    name,
    description: 'Is held.',
    parameters: Type.Object({}),
    effect: 'read',
    run: () =>
      new Promise((resolve) => {
        tool.running = true;
        tool.release = () => {
          tool.running = false;
          resolve(outcome);
        };
      }),
  };
}

const talk = await startTalk(t, {
  emulator: { playback: 'manual' },
  extraTools: [
    held('look_up', { status: 'ok', output: { ok: true } }),
    held('propose', { status: 'ok', output: { ok: false }, control: { kind: 'say', sentence: QUESTION } }),
  ],
});

/** The agent's present speech is heard to its end. */
async function heard(call: EmulatedCall, count: number): Promise<void> {
  await until(() => sent(call, 'output_audio_buffer.started').length === count, `speech ${count}`);
  await settled(call);
  call.finishPlayback();
  await settled(call);
}

/** A call whose caller begins to speak while a function runs, which answers then. */
async function spokenOver(name: string, model: Model): Promise<EmulatedCall> {
  const call = await talk.call(model);
  await heard(call, 1);
  await call.say('お願いします。');
  await until(() => tool.running, name);
  call.startSpeaking();
  await settled(call);
  tool.release();
  await settled(call);
  return call;
}

async function over(call: EmulatedCall): Promise<void> {
  call.hangUp();
  await talk.stored(call);
}

await t.test('who begins before the greeting has ended is heard out and answered once', async (t) => {
  const call = await talk.call(script([{ say: 'はい、承ります。' }]));
  await until(() => sent(call, 'output_audio_buffer.started').length === 1, 'the greeting');
  await call.say('はい。');
  call.startSpeaking();
  await settled(call);
  call.finishPlayback();
  await settled(call);
  t.same(asked(call), ['greeting'], 'they are in the middle of a sentence');
  await call.stopSpeaking('あしたの説明会を欠席します。');
  await heard(call, 2);
  t.match(call.heard.at(-1), { text: 'はい、承ります。', cut: false });
  t.same(asked(call), ['greeting']);
  t.same(sent(call, 'error'), []);
  await over(call);
});

await t.test(
  'the answer of a tool waits for the caller, who is answered once, with its output',
  async (t) => {
    const call = await spokenOver('look_up', script([calls('look_up', {})], [{ say: '会場は本社です。' }]));
    t.same(asked(call), ['greeting']);
    await call.stopSpeaking('あと、時間も。');
    await heard(call, 2);
    t.match(call.heard.at(-1), { text: '会場は本社です。', cut: false });
    t.same(asked(call), ['greeting']);
    t.same(sent(call, 'error'), []);
    await over(call);
  },
);

await t.test('a question waits for the caller, and follows the answer to them, once', async (t) => {
  const call = await spokenOver('propose', script([calls('propose', {})], [{ say: 'はい、どうぞ。' }]));
  t.same(asked(call), ['greeting']);
  await call.stopSpeaking('あ、すみません。');
  await heard(call, 2);
  await heard(call, 3);
  t.same(
    call.heard.slice(1).map(({ text }) => text),
    ['はい、どうぞ。', QUESTION],
  );
  t.same(asked(call), ['greeting', 'read_back']);
  await over(call);
});

await t.test('a question gives way to the one that the answer to the caller proposes', async (t) => {
  const call = await spokenOver('propose', script([calls('propose', {})], [calls('propose', {})]));
  await call.stopSpeaking('いえ、やはり出席で。');
  await until(() => tool.running, 'the second proposal');
  await settled(call);
  t.same(asked(call), ['greeting']);
  tool.release();
  await heard(call, 2);
  t.same(asked(call), ['greeting', 'read_back']);
  await over(call);
});

await t.test('a question that fails is asked again word for word', async (t) => {
  let tries = 0;
  const spoken = script([calls('propose', {})]);
  const call = await talk.call(async (turn) => {
    const { metadata } = (turn.request ?? {}) as { metadata?: { purpose?: string } };
    if (metadata?.purpose === 'read_back') tries += 1;
    if (tries === 1) return [{ fail: { code: 'rate_limit_exceeded', message: 'Slow down.' } }];
    return spoken(turn);
  });
  await heard(call, 1);
  await call.say('お願いします。');
  await until(() => tool.running, 'the proposal');
  tool.release();
  await until(() => tries === 1, 'the failure');
  await settled(call);
  await talk.pass(RETRY_MS);
  await heard(call, 2);
  await hears(call, QUESTION);
  t.same(asked(call), ['greeting', 'read_back', 'read_back']);
  t.same(alarms(talk.lines, call.id), ['response_failed']);
  await over(call);
});

await t.test('a response that its length ends before the first syllable is asked for again', async (t) => {
  const cut = [{ fail: { code: 'max_output_tokens', message: 'Too long.' } }];
  const call = await talk.call(script(cut, [{ say: 'お待たせいたしました。' }]));
  await heard(call, 1);
  await call.say('もしもし。');
  await until(() => alarms(talk.lines, call.id).length > 0, 'the alarm');
  await talk.pass(RETRY_MS);
  await heard(call, 2);
  t.same(alarms(talk.lines, call.id), ['response_incomplete']);
  t.same(asked(call), ['greeting', 'reply']);
  await over(call);
});

await t.test('an utterance that outlives its sideband is answered once', async (t) => {
  const call = await talk.call(script([{ say: 'はい、承ります。' }]));
  await heard(call, 1);
  call.startSpeaking();
  await settled(call);
  call.cutSideband();
  await until(() => call.connections === 2 && call.attached, 'the second sideband');
  await settled(call);
  t.same(asked(call), ['greeting'], 'they are in the middle of a sentence');
  await call.stopSpeaking('あしたの説明会を欠席します。');
  await heard(call, 2);
  t.same(asked(call), ['greeting']);
  await over(call);
});
