import t from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { CLOSING_GRACE_MS } from '../../src/call/timeouts.ts';
import { script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

const REPROMPT_MS = 10_000;
const KEYPAD_MS = 11_000;
const CLOSE_MS = 15_000;

const talk = await startTalk(t, {
  emulator: { playback: 'manual' },
  env: {
    SILENCE_REPROMPT_SECONDS: '10',
    SILENCE_KEYPAD_SECONDS: '11',
    SILENCE_CLOSE_SECONDS: '15',
  },
});

async function heard(call: EmulatedCall, count: number): Promise<void> {
  await until(() => sent(call, 'output_audio_buffer.started').length === count, `speech ${count}`);
  await settled(call);
  call.finishPlayback();
  await settled(call);
}

await t.test('a silent caller is asked, offered the keypad and taken leave of', async (t) => {
  const call = await talk.call(script());
  await heard(call, 1);
  await talk.pass(REPROMPT_MS - 1);
  t.same(asked(call), ['greeting']);
  await talk.pass(1);
  await heard(call, 2);
  await talk.pass(KEYPAD_MS);
  await heard(call, 3);
  await talk.pass(CLOSE_MS);
  await heard(call, 4);
  t.same(asked(call), ['greeting', 'reprompt', 'keypad_offer', 'closing']);
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'caller_silent', endParty: 'caller' });
  t.notOk(
    call.heard.some(({ cut }) => cut),
    'every sentence was heard',
  );
});

await t.test('while the agent is heard nobody is silent', async (t) => {
  const call = await talk.call(script([{ say: '長い説明です。' }]));
  await heard(call, 1);
  await call.say('教えてください。');
  await until(() => sent(call, 'output_audio_buffer.started').length === 2, 'the answer');
  await talk.pass(REPROMPT_MS * 2);
  t.same(asked(call), ['greeting'], 'generated long ago, but still being heard');
  call.finishPlayback();
  await talk.pass(REPROMPT_MS);
  await until(() => asked(call).includes('reprompt'), 'the question');
  call.hangUp();
  await talk.stored(call);
});

await t.test("a caller's turn starts the ladder from its first rung", async (t) => {
  const call = await talk.call(script([{ say: 'はい。' }]));
  await heard(call, 1);
  await talk.pass(REPROMPT_MS);
  await heard(call, 2);
  await call.say('すみません、聞こえています。');
  await heard(call, 3);
  await talk.pass(REPROMPT_MS);
  await until(() => asked(call).length === 3, 'the next question');
  t.same(asked(call), ['greeting', 'reprompt', 'reprompt']);
  call.hangUp();
  await talk.stored(call);
});
