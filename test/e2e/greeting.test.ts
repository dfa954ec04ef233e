import t from 'tap';
import { GREETING_PLAY_MS, GREETING_START_MS } from '../../src/call/timeouts.ts';
import { alarms } from './outcomes.ts';
import { hears, script } from './service.ts';
import { asked, received, sent, settled, startTalk, until } from './talk.ts';

const talk = await startTalk(t, { emulator: { playback: 'manual' } });
const nothing = script();
const isSent = (type: string) => (entry: { direction: string; event: { type: string } }) =>
  entry.direction === 'sent' && entry.event.type === type;

await t.test('one greeting, and ears that open only when it was heard', async (t) => {
  const call = await talk.call(nothing);
  await call.waitFor(isSent('response.done'));
  await settled(call);
  t.same(received(call, 'session.update'), [], 'generated, but still being heard');
  call.finishPlayback();
  await call.waitFor((entry) => entry.direction === 'received' && entry.event.type === 'session.update');
  t.same(asked(call), ['greeting']);
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'played', endReason: 'caller_hangup' });
});

await t.test('noise during the greeting does not cut it, and is answered after it', async (t) => {
  const call = await talk.call(nothing);
  await call.waitFor(isSent('output_audio_buffer.started'));
  await call.say('もしもし、聞こえますか。');
  await settled(call);
  t.same(sent(call, 'output_audio_buffer.cleared'), []);
  t.same(asked(call), ['greeting']);
  call.finishPlayback();
  await until(() => asked(call).length === 2);
  t.same(asked(call), ['greeting', 'reply']);
  await call.waitFor(isSent('output_audio_buffer.started'));
  call.finishPlayback();
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'played' });
  t.equal(call.heard[0]?.cut, false);
});

await t.test('a greeting that OpenAI cut off is stored as cut', async (t) => {
  const call = await talk.call(nothing);
  const { event } = await call.waitFor(isSent('output_audio_buffer.started'));
  call.send({
    type: 'output_audio_buffer.cleared',
    response_id: (event as { response_id: string }).response_id,
  });
  await call.waitFor((entry) => entry.direction === 'received' && entry.event.type === 'session.update');
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'cut' });
});

await t.test('a greeting whose end is never told is unproven, and the talk goes on', async (t) => {
  const call = await talk.call(nothing);
  await call.waitFor(isSent('output_audio_buffer.started'));
  await talk.pass(GREETING_PLAY_MS);
  await call.waitFor((entry) => entry.direction === 'received' && entry.event.type === 'session.update');
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'unproven' });
});

await t.test('a greeting that never starts is asked for once more, then the call is hung up', async (t) => {
  const call = await talk.call(() => new Promise(() => undefined));
  await call.waitFor(isSent('response.created'));
  await talk.pass(GREETING_START_MS);
  await until(() => asked(call).length === 2, 'the second greeting');
  await talk.pass(GREETING_START_MS);
  await call.ended();
  t.same(asked(call), ['greeting', 'greeting']);
  t.equal(call.endedBy, 'service');
  t.match(await talk.stored(call), {
    noticeProof: 'not_played',
    endReason: 'model_unresponsive',
    endDetail: 'greeting_not_started',
  });
  t.same(alarms(talk.lines, call.id), ['greeting_not_started']);
});

await t.test('a greeting that failed is asked for again, and heard', async (t) => {
  let tries = 0;
  const call = await talk.call(async () => {
    tries += 1;
    return tries === 1
      ? [{ fail: { code: 'rate_limit_exceeded', message: 'Slow down.' } }]
      : [{ say: 'お電話ありがとうございます。' }];
  });
  await call.waitFor(isSent('output_audio_buffer.started'));
  call.finishPlayback();
  await hears(call, 'お電話ありがとうございます');
  t.same(asked(call), ['greeting', 'greeting']);
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'played' });
});

await t.test('a sideband that breaks during the greeting does not make it heard twice', async (t) => {
  const call = await talk.call(nothing);
  await call.waitFor(isSent('output_audio_buffer.started'));
  call.cutSideband();
  await until(() => call.connections === 2 && call.attached, 'the second sideband');
  await call.waitFor((entry) => entry.direction === 'received' && entry.event.type === 'session.update');
  await settled(call);
  t.same(asked(call), ['greeting']);
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'unproven' });
});

await t.test('a caller who leaves while it rings out leaves nothing open', async (t) => {
  const call = await talk.call(nothing);
  await call.waitFor(isSent('output_audio_buffer.started'));
  call.hangUp();
  t.match(await talk.stored(call), { noticeProof: 'unproven', endReason: 'caller_hangup' });
});
