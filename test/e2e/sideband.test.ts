import t from 'tap';
import Type from 'typebox';
import type { EmulatedCall } from '../../emulator/index.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { alarms, metric, requests } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { openSlicingProxy } from './slicing-proxy.ts';
import { asked, outputs, received, sent, settled, startTalk, until } from './talk.ts';

/** A silent sideband is given up by then, ms. */
const FOUND_DEAD_MS = 15_000;

const waiting = new Map<string, () => void>();
const slow: Tool = {
  name: 'slow',
  description: 'Of this test.',
  parameters: Type.Object({}),
  effect: 'read',
  run: async (_args, { callId }) => {
    await new Promise<void>((resolve) => waiting.set(callId, resolve));
    return { status: 'ok', output: { ok: true, found: callId } };
  },
};

const talk = await startTalk(t, { extraTools: [slow] });

/** A call in which a function call is running. */
async function inTool(): Promise<EmulatedCall> {
  const call = await talk.greetedCall(script([calls('slow', {})], [{ say: 'わかりました。' }]));
  await call.say('調べてください。');
  await until(() => waiting.has(call.id), 'the tool');
  await settled(call);
  return call;
}

async function attachedAgain(call: EmulatedCall, count = 2): Promise<void> {
  await until(() => call.connections === count && call.attached, `sideband ${count}`);
  await settled(call);
}

await t.test(
  'a sideband that breaks in a function call is back at once: one answer, no greeting',
  async (t) => {
    const call = await inTool();
    const brokenAt = performance.now();
    call.cutSideband();
    await attachedAgain(call);
    t.ok(performance.now() - brokenAt < 1_000, 'attached again within a second');
    waiting.get(call.id)?.();
    await hears(call, 'わかりました');
    t.equal(outputs(call).length, 1);
    t.same(asked(call), ['greeting', 'tool_result']);
    call.hangUp();
    t.match(await talk.stored(call), { endReason: 'caller_hangup', noticeProof: 'played' });
  },
);

await t.test('a tool that answers while there is no sideband is heard on the next one', async (t) => {
  const call = await inTool();
  talk.emulator.failNextAttach([{ kind: 'status', status: 503 }], call.id);
  call.cutSideband();
  await until(() => !call.attached, 'the break');
  waiting.get(call.id)?.();
  await settled(call);
  t.same(outputs(call), []);
  await talk.pass(1_000);
  await attachedAgain(call);
  await hears(call, 'わかりました');
  t.equal(outputs(call).length, 1);
  t.same(asked(call), ['greeting', 'tool_result']);
  call.hangUp();
  await talk.stored(call);
});

await t.test('an output that was lost with its sideband is sent again on the next one', async (t) => {
  const call = await inTool();
  call.freezeSideband();
  waiting.get(call.id)?.();
  await settled(call);
  call.cutSideband();
  await attachedAgain(call);
  await hears(call, 'わかりました');
  t.equal(outputs(call).length, 1, 'the first copy was never read');
  call.hangUp();
  await talk.stored(call);
});

await t.test('a line that is dead without a word is found out and replaced', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい、おります。' }]));
  call.freezeSideband();
  await talk.pass(FOUND_DEAD_MS);
  await until(() => call.connections === 2, 'the second sideband');
  await settled(call);
  await call.say('もしもし。');
  await hears(call, 'はい、おります');
  t.same(
    asked(call).filter((purpose) => purpose === 'greeting'),
    ['greeting'],
  );
  call.hangUp();
  await talk.stored(call);
});

for (const code of [1000, 1001, 1011]) {
  await t.test(`a sideband that closes with ${code} while the call lives is attached again`, async (t) => {
    const call = await talk.greetedCall(script([{ say: 'はい、どうぞ。' }]));
    call.closeSideband(code);
    await attachedAgain(call);
    await call.say('もしもし。');
    await hears(call, 'はい、どうぞ');
    t.same(asked(call), ['greeting']);
    call.hangUp();
    t.match(await talk.stored(call), { endReason: 'caller_hangup' });
  });
}

await t.test('a caller who speaks while the sideband is away is answered', async () => {
  const call = await talk.greetedCall(script([{ say: 'はい、どうぞ。' }], [{ say: '承知しました。' }]));
  call.startSpeaking();
  await settled(call);
  call.cutSideband();
  await until(() => !call.attached, 'the break');
  await call.stopSpeaking('欠席します。');
  await attachedAgain(call);
  await hears(call, 'はい、どうぞ');
  call.hangUp();
  await talk.stored(call);
});

await t.test('no such call at the next attempt: the caller has left, and nothing goes on', async (t) => {
  const call = await inTool();
  call.hangUp();
  t.match(await talk.stored(call), { state: 'ended', endReason: 'caller_hangup', endParty: 'caller' });
  const before = call.connections;
  await talk.pass(5_000);
  t.equal(call.connections, before);
  waiting.get(call.id)?.();
});

await t.test('a sideband that cannot be had any more ends the call, hung up', async (t) => {
  const call = await talk.greetedCall(script());
  talk.emulator.failNextAttach(
    Array.from({ length: 100 }, () => ({ kind: 'status', status: 503 }) as const),
    call.id,
  );
  call.cutSideband();
  await until(() => !call.attached, 'the break');
  await talk.pass(10_000);
  await call.ended();
  t.equal(call.endedBy, 'service');
  t.match(await talk.stored(call), { endReason: 'sideband_lost', endParty: 'openai' });
});

await t.test(
  'a peer that takes every sideband and drops it is not attached to in a tight loop',
  async (t) => {
    const call = await talk.greetedCall(script());
    for (let i = 0; i < 20; i += 1) {
      call.closeSideband(1011);
      await settled(call);
    }
    t.ok(call.connections <= 5, `${call.connections} sidebands while no time passed`);
    await talk.pass(2_000);
    await until(() => call.attached, 'a sideband');
    call.hangUp();
    await talk.stored(call);
  },
);

await t.test('an event of 10 MB costs its sideband once, and the call at the second time', async (t) => {
  const other = await talk.greetedCall(script([{ say: 'こちらは無事です。' }]));
  const call = await talk.greetedCall(script());
  const huge = JSON.stringify({ type: 'conversation.item.added', item: { text: 'x'.repeat(10_000_000) } });
  call.sendRaw(huge);
  await attachedAgain(call);
  t.equal(call.state, 'accepted');
  call.sendRaw(huge);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'protocol_abuse', endDetail: 'oversized_event' });
  await other.say('もしもし。');
  await hears(other, 'こちらは無事です');
  other.hangUp();
  await talk.stored(other);
});

await t.test('5,000 events in a second end the call politely, and no other', async (t) => {
  const other = await talk.greetedCall(script([{ say: 'こちらは無事です。' }]));
  const call = await talk.greetedCall(script());
  const delta = JSON.stringify({ type: 'response.output_audio.delta', delta: 'AAAA' });
  for (let i = 0; i < 5_000; i += 1) call.sendRaw(delta);
  await other.say('もしもし。');
  await hears(other, 'こちらは無事です');
  await hears(call, 'こちらの都合でお電話を終了いたします');
  await talk.pass(1_000);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'protocol_abuse' });
  t.same(alarms(talk.lines, call.id), []);
  t.equal(await metric(talk, 'denwaban_alarms_total{code="event_flood"}'), 1);
  other.hangUp();
  await talk.stored(other);
});

await t.test(
  'what is no event, no known event or an event of nothing is counted, and the talk goes on',
  async (t) => {
    const call = await talk.greetedCall(script([{ say: 'はい、どうぞ。' }]));
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"type":null}',
      '{"type":"response.sung","song":"x"}',
      '{"type":"response.created","response":null}',
      '{"type":"response.done","response":{"id":null}}',
      '{"type":"response.output_item.done","item":{"type":"function_call","name":null}}',
      '{"type":"conversation.item.input_audio_transcription.completed","item_id":"x","transcript":null}',
      '{"type":"input_audio_buffer.speech_started"}',
      '{"type":"input_audio_buffer.dtmf_event_received","event":null}',
      '{"type":"error","error":null}',
    ]) {
      call.sendRaw(text);
    }
    call.sendRaw(Buffer.from([0xff, 0xfe, 0x00]));
    await call.say('もしもし。');
    await hears(call, 'はい、どうぞ');
    t.equal(call.connections, 1);
    call.hangUp();
    t.match(await talk.stored(call), { endReason: 'caller_hangup' });
  },
);

await t.test('the 60 minutes of a session end the call under their own name', async (t) => {
  const call = await talk.greetedCall(script());
  call.expire();
  t.match(await talk.stored(call), { endReason: 'session_expired', endParty: 'openai' });
});

await t.test(
  'words that were on their way when the caller hung up are stored as far as they came',
  async (t) => {
    const call = await talk.greetedCall(script());
    call.startSpeaking();
    const { event } = sent(call, 'input_audio_buffer.speech_started').at(-1) as unknown as {
      event: { item_id: string };
    };
    call.send({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: event.item_id,
      delta: 'あしたの説',
    });
    call.send({ type: 'response.created', response: { id: 'resp_x', status: 'in_progress' } });
    call.send({ type: 'response.output_audio_transcript.delta', response_id: 'resp_x', delta: 'かしこ' });
    await settled(call);
    call.hangUp();
    await talk.stored(call);
    t.match((await talk.app.store.calls.listTurns(call.id)).slice(1), [
      { role: 'caller', text: 'あしたの説', status: 'partial' },
      { role: 'agent', text: 'かしこ', status: 'partial' },
    ]);
  },
);

await t.test('frames in slices of seven bytes are whole events', async (t) => {
  const proxy = await openSlicingProxy(() => Number(new URL(sliced.emulator.baseUrl).port));
  t.teardown(() => proxy.close());
  const sliced = await startTalk(t, {
    env: { OPENAI_BASE_URL: `http://127.0.0.1:${proxy.port}/v1` },
  });
  const call = await sliced.greetedCall(script([{ say: '切れ切れでも聞こえております。' }]));
  await call.say('聞こえますか。');
  await hears(call, '切れ切れでも聞こえております');
  call.hangUp();
  const turns = async () => sliced.app.store.calls.listTurns(call.id);
  t.match(await sliced.stored(call), { endReason: 'caller_hangup', noticeProof: 'played' });
  t.match((await turns()).map(({ text }) => text).slice(1), [
    '聞こえますか。',
    '切れ切れでも聞こえております。',
  ]);
  t.ok(proxy.slices > 500, `${proxy.slices} slices`);
});

await t.test('none of these calls was hung up twice', async (t) => {
  for (const call of talk.emulator.calls) {
    t.ok(requests(call, 'hangup').length <= 1);
    t.ok(received(call, 'response.create').length > 0);
  }
});

await t.test('a function call that was lost with the sideband is made again, not waited for', async (t) => {
  let made = 0;
  const call = await talk.greetedCall(
    script(
      () => {
        made += 1;
        return new Promise((resolve) => waiting.set('generating', () => resolve([calls('slow', {})])));
      },
      () => {
        made += 1;
        return [{ say: 'もう一度お調べします。' }];
      },
    ),
  );
  await call.say('調べてください。');
  await until(() => waiting.has('generating') && made === 1, 'the response');
  await settled(call);
  talk.emulator.failNextAttach([{ kind: 'status', status: 503 }], call.id);
  call.cutSideband();
  await until(() => !call.attached, 'the break');
  waiting.get('generating')?.();
  await settled(call);
  await talk.pass(1_000);
  await attachedAgain(call);
  t.same(asked(call), ['greeting'], 'the model is given time');
  await talk.pass(6_000);
  await hears(call, 'もう一度お調べします');
  t.same(asked(call), ['greeting', 'reply']);
  call.hangUp();
  await talk.stored(call);
});
