import t from 'tap';
import Type from 'typebox';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { RETRY_MS } from '../../src/call/timeouts.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { alarms } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { asked, sent, settled, startTalk, until } from './talk.ts';

/** A tool that answers when the test says so. */
const tool = {
  running: 0,
  release: (): void => undefined,
};
const lookUp: Tool = {
  name: 'look_up',
  description: 'Looks up.',
  parameters: Type.Object({}),
  effect: 'read',
  run: () => {
    tool.running += 1;
    return new Promise((resolve) => {
      tool.release = () => resolve({ status: 'ok', output: { ok: true } });
    });
  },
};

const talk = await startTalk(t, { extraTools: [lookUp] });

/** The greeting, then whatever `model` says. */
function after(model: Model): Model {
  return async (turn) => {
    const { metadata } = (turn.request ?? {}) as { metadata?: { purpose?: string } };
    return metadata?.purpose === 'greeting' ? [{ say: 'お電話ありがとうございます。' }] : model(turn);
  };
}

const FAIL = [{ fail: { code: 'rate_limit_exceeded', message: 'Slow down.' } }];

function errors(call: EmulatedCall): string[] {
  return sent(call, 'error').map(({ event }) => (event as { error: { code: string } }).error.code);
}

await t.test(
  'a caller who is faster than the answer to a tool is answered once, with its output',
  async (t) => {
    let release: () => void = () => undefined;
    const spoken = new Promise<void>((resolve) => {
      release = resolve;
    });
    const call = await talk.greetedCall(
      script([calls('take_message', { caller_name: 'ヤマダ', body: '欠席する。' })], async () => {
        await spoken;
        return [{ say: '承りました。' }];
      }),
    );
    await call.say('欠席します。');
    await until(() => asked(call).includes('tool_result'), 'the answer to be asked for');
    await until(() => sent(call, 'response.created').length === 3, 'its beginning');
    // Turn detection finds that somebody answers already, and says so to nobody in particular.
    call.send({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        code: 'conversation_already_has_active_response',
        event_id: null,
      },
    });
    release();
    await hears(call, '承りました');
    await settled(call);
    t.same(asked(call), ['greeting', 'tool_result']);
    call.hangUp();
    await talk.stored(call);
  },
);

await t.test('a request that collides with turn detection waits for its end, and is not lost', async (t) => {
  let speak: () => void = () => undefined;
  const spoken = new Promise<void>((resolve) => {
    speak = resolve;
  });
  const call = await talk.greetedCall(
    script(
      [calls('look_up', {})],
      async () => {
        await spoken;
        return [{ say: 'はい、少々お待ちください。' }];
      },
      [{ say: '会場は本社です。' }],
    ),
  );
  await call.say('場所は。');
  await until(() => tool.running === 1, 'the tool');
  // Both sides begin a response before either has heard of the other's.
  tool.release();
  await call.say('もしもし。', { ms: 0 });
  await until(() => errors(call).length === 1, 'the collision');
  t.same(errors(call), ['conversation_already_has_active_response']);
  speak();
  await hears(call, '会場は本社です');
  await settled(call);
  t.same(asked(call), ['greeting', 'tool_result', 'tool_result']);
  t.same(alarms(talk.lines, call.id), []);
  call.hangUp();
  await talk.stored(call);
});

await t.test('a response that failed is asked for again after a pause, and the call goes on', async (t) => {
  let tries = 0;
  const call = await talk.greetedCall(
    after(async () => {
      tries += 1;
      return tries < 3 ? FAIL : [{ say: 'お待たせいたしました。' }];
    }),
  );
  await call.say('もしもし。');
  await until(() => tries === 1, 'the failure');
  await settled(call);
  t.same(asked(call), ['greeting']);
  await talk.pass(RETRY_MS);
  await until(() => tries === 2, 'the second try');
  await settled(call);
  await talk.pass(RETRY_MS * 2);
  await hears(call, 'お待たせいたしました');
  t.same(alarms(talk.lines, call.id), ['response_failed', 'response_failed']);
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'caller_hangup' });
});

await t.test('a model that only fails is given up, and the call ends', async (t) => {
  let tries = 0;
  const call = await talk.greetedCall(
    after(async () => {
      tries += 1;
      return FAIL;
    }),
  );
  await call.say('もしもし。');
  for (const wait of [RETRY_MS, RETRY_MS * 2]) {
    const before = tries;
    await until(() => tries > before || before > 0, 'a failure');
    await settled(call);
    await talk.pass(wait);
  }
  await call.ended();
  t.equal(tries, 3);
  t.match(await talk.stored(call), { endReason: 'model_unresponsive', endParty: 'openai' });
});

await t.test('errors that are none of our business end nothing', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい、どうぞ。' }]));
  for (const error of [
    { type: 'invalid_request_error', code: 'response_cancel_not_active', event_id: 'cancel' },
    { type: 'server_error', code: 'brand_new_error', message: 'x', event_id: 'evt_9' },
    { type: 'invalid_request_error', code: null, message: null, event_id: null },
    {},
  ]) {
    call.send({ type: 'error', error });
  }
  await call.say('もしもし。');
  await hears(call, 'はい、どうぞ。');
  t.equal(call.state, 'accepted');
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'caller_hangup' });
});

await t.test('a response that the API refuses is asked for again after a pause', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい。' }]));
  // The refusal is on the wire before the request that it names: the agent asks again into silence.
  await talk.pass(9_000);
  talk.clock.advance(1_000);
  call.send({ type: 'error', error: { type: 'server_error', code: 'server_error', event_id: 'req_2' } });
  await until(() => alarms(talk.lines, call.id).includes('response_refused'), 'the alarm');
  t.equal(call.state, 'accepted');
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'caller_hangup' });
});

await t.test('a caller may interrupt, and is answered', async (t) => {
  const call = await talk.greetedCall(
    script(
      [{ say: 'とても長い説明を、いまから始めます。'.repeat(100) }],
      [{ say: '失礼いたしました、どうぞ。' }],
    ),
  );
  await call.say('教えてください。');
  await until(() => sent(call, 'output_audio_buffer.started').length === 2, 'the explanation');
  await call.say('待って。');
  await hears(call, 'どうぞ。');
  t.equal(call.heard.find(({ text }) => text.startsWith('とても'))?.cut, true);
  t.same(asked(call), ['greeting'], 'turn detection answered by itself');
  call.hangUp();
  await talk.stored(call);
  const turns = await talk.app.store.calls.listTurns(call.id);
  t.match(
    turns.map(({ role, status }) => [role, status]),
    [
      ['agent', 'complete'],
      ['caller', 'complete'],
      ['agent', 'cut'],
      ['caller', 'complete'],
      ['agent', 'complete'],
    ],
  );
});
