import t from 'tap';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { CLOSING_GRACE_MS, CLOSING_PLAY_MS, CLOSING_START_MS } from '../../src/call/timeouts.ts';
import { alarms, requests } from './outcomes.ts';
import { calls, script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

const talk = await startTalk(t, { emulator: { playback: 'manual' } });

/** Says goodbye by the tool as soon as the caller has spoken, and again whenever it is asked. */
const ending = (): Model =>
  script(...Array.from({ length: 9 }, () => [calls('end_call', { outcome: 'other' })]));

/** The agent's present speech is heard to its end. */
async function heard(call: EmulatedCall, count: number): Promise<void> {
  await until(() => sent(call, 'output_audio_buffer.started').length === count, `speech ${count}`);
  await settled(call);
  call.finishPlayback();
  await settled(call);
}

/** A call in which the goodbye is being played. */
async function sayingGoodbye(model = ending()): Promise<EmulatedCall> {
  const call = await talk.call(model);
  await heard(call, 1);
  await call.say('それだけです。');
  await until(() => sent(call, 'output_audio_buffer.started').length === 2, 'the goodbye');
  await settled(call);
  return call;
}

await t.test(
  'the call is hung up a moment after the goodbye was heard, not when it was generated',
  async (t) => {
    const call = await sayingGoodbye();
    t.equal(sent(call, 'response.done').length, 3, 'greeting, end_call and goodbye are generated');
    await talk.pass(5_000);
    t.same(requests(call, 'hangup'), [], 'the goodbye is being heard');
    call.finishPlayback();
    await settled(call);
    await talk.pass(CLOSING_GRACE_MS - 1);
    t.same(requests(call, 'hangup'), [], 'the carrier still holds some of it');
    await talk.pass(1);
    await call.ended();
    t.equal(call.endedBy, 'service');
    t.equal(call.heard.at(-1)?.cut, false);
    t.match(await talk.stored(call), { endReason: 'completed', endParty: 'agent', endDetail: 'other' });
  },
);

await t.test('はい、失礼します over the goodbye does not call it off', async (t) => {
  const call = await sayingGoodbye();
  await call.say('はい、失礼します。');
  await settled(call);
  call.finishPlayback();
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.equal(call.heard.at(-1)?.cut, false, 'nor does it cut it');
  t.match(await talk.stored(call), { endReason: 'completed' });
});

await t.test('a question over the goodbye calls it off once; the second goodbye is final', async (t) => {
  const call = await sayingGoodbye(
    script(
      [calls('end_call', { outcome: 'other' })],
      [{ say: '会場は本社の三階です。' }],
      [calls('end_call', { outcome: 'question_answered' })],
    ),
  );
  await call.say('あ、すみません、場所は。');
  await settled(call);
  call.finishPlayback();
  await talk.pass(CLOSING_GRACE_MS);
  await heard(call, 3);
  t.equal((await talk.app.store.calls.getCall(call.id))?.state, 'live', 'the call is live again');
  t.match(call.heard.at(-1), { text: '会場は本社の三階です。', cut: false });
  await call.say('わかりました。');
  await until(() => sent(call, 'output_audio_buffer.started').length === 4, 'the second goodbye');
  await call.say('あ、もうひとつだけ。');
  await settled(call);
  call.finishPlayback();
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'completed', endDetail: 'question_answered' });
  t.same(asked(call), ['greeting', 'closing', 'reply', 'closing']);
});

await t.test('a goodbye that failed is tried once more, then the call is hung up', async (t) => {
  const failing: Model = async ({ request }) => {
    const { metadata } = (request ?? {}) as { metadata?: { purpose?: string } };
    if (metadata?.purpose === 'greeting') return [{ say: 'お電話ありがとうございます。' }];
    if (metadata?.purpose === 'closing') return [{ fail: { code: 'server_error', message: 'No.' } }];
    return [calls('end_call', { outcome: 'other' })];
  };
  const call = await talk.call(failing);
  await heard(call, 1);
  await call.say('それだけです。');
  await call.ended();
  t.same(asked(call), ['greeting', 'closing', 'closing']);
  t.match(await talk.stored(call), { endReason: 'completed' });
});

await t.test('a goodbye that never starts ends the call after a while, with an alarm', async (t) => {
  const mute: Model = async ({ request }) => {
    const { metadata } = (request ?? {}) as { metadata?: { purpose?: string } };
    if (metadata?.purpose === 'greeting') return [{ say: 'お電話ありがとうございます。' }];
    if (metadata?.purpose === 'closing') return new Promise(() => undefined);
    return [calls('end_call', { outcome: 'other' })];
  };
  const call = await talk.call(mute);
  await heard(call, 1);
  await call.say('それだけです。');
  await until(() => asked(call).includes('closing'), 'the goodbye to be asked for');
  await talk.pass(CLOSING_START_MS);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'completed' });
  t.same(alarms(talk.lines, call.id), ['closing_not_started']);
});

await t.test('a goodbye whose end is never told ends the call', async (t) => {
  const call = await sayingGoodbye();
  await talk.pass(CLOSING_PLAY_MS);
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'completed' });
});

await t.test('a goodbye that was said beside end_call is not said twice', async (t) => {
  const call = await talk.call(
    script([{ say: 'それでは失礼いたします。' }, calls('end_call', { outcome: 'other' })]),
  );
  await heard(call, 1);
  await call.say('それだけです。');
  await until(() => sent(call, 'response.done').length === 2, 'end_call');
  await talk.pass(2_000);
  t.same(requests(call, 'hangup'), [], 'it is being heard');
  await heard(call, 2);
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  t.same(asked(call), ['greeting']);
  t.equal(call.heard.at(-1)?.cut, false);
  await talk.stored(call);
});

await t.test(
  'a goodbye beside end_call is heard, though an earlier sentence is still being played',
  async (t) => {
    const call = await talk.call(
      script(
        [
          { say: 'かしこまりました。少々お待ちください。' },
          calls('take_message', { caller_name: 'ヤマダタロウ', body: '欠席する。' }),
        ],
        [{ say: '承りました。失礼いたします。' }, calls('end_call', { outcome: 'message_taken' })],
      ),
    );
    await heard(call, 1);
    await call.say('欠席します。山田太郎です。');
    await until(() => sent(call, 'response.done').length === 3, 'end_call');
    await talk.pass(CLOSING_GRACE_MS + 1_000);
    t.same(requests(call, 'hangup'), []);
    await heard(call, 2);
    await heard(call, 3);
    await talk.pass(CLOSING_GRACE_MS);
    await call.ended();
    t.match(call.heard.at(-1), { text: '承りました。失礼いたします。', cut: false });
    await talk.stored(call);
  },
);

await t.test('a model that ends the call many times hangs up once', async (t) => {
  const call = await talk.call(
    script(Array.from({ length: 20 }, () => calls('end_call', { outcome: 'other' }))),
  );
  await heard(call, 1);
  await call.say('それだけです。');
  await heard(call, 2);
  await talk.pass(CLOSING_GRACE_MS);
  await call.ended();
  await talk.stored(call);
  t.equal(requests(call, 'hangup').length, 1);
  t.same(asked(call), ['greeting', 'closing']);
});

await t.test('a caller who hangs up over the goodbye has ended it properly', async (t) => {
  const call = await sayingGoodbye();
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'completed', endParty: 'caller', endDetail: 'other' });
});
