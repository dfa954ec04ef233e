import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { connectedCall, sent } from './helper.ts';

/** Twenty characters at 140 ms each. */
const SENTENCE = 'あいうえおかきくけこさしすせそたちつてと';
const SENTENCE_MS = 2_800;

t.test('speech lasts 140 ms a character, though it is generated at once', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }]]);
  const { call, client } = await connectedCall(t, { clock, model, playback: { speed: 1 } });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(SENTENCE_MS - 1);
  t.same(call.heard, [], 'one millisecond early');
  clock.advance(1);
  t.match(call.heard, [{ text: SENTENCE, cut: false }]);
  await client.next('output_audio_buffer.stopped');
});

t.test('the session speaks faster when it is told to', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }]]);
  const session = { audio: { output: { speed: 1.25 } } };
  const { call, client } = await connectedCall(t, { clock, model, playback: { speed: 1 } }, session);
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(SENTENCE_MS / 1.25 + 5);
  t.equal(call.heard.length, 1);
});

t.test('a response waits until the one before it has been heard', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }], [{ say: 'はい。' }]]);
  const { call, client } = await connectedCall(t, { clock, model, playback: { speed: 1 } });
  client.send({ type: 'response.create' });
  await client.next('response.done');
  client.send({ type: 'response.create' });
  await client.next('response.done', 2);
  t.equal(client.types().filter((type) => type === 'output_audio_buffer.started').length, 1);
  clock.advance(SENTENCE_MS);
  await client.next('output_audio_buffer.started', 2);
  t.equal(call.heard.length, 1);
  clock.advance(1_000);
  await client.next('output_audio_buffer.stopped', 2);
});

t.test('a response without audio has neither a start nor an end of playback', async (t) => {
  const model = scriptedModel([[{ call: { name: 'end_call', arguments: '{}' } }]]);
  const { call, client } = await connectedCall(t, { model });
  client.send({ type: 'response.create' });
  await client.next('rate_limits.updated');
  await call.quiet();
  t.notOk(client.types().some((type) => type.startsWith('output_audio_buffer')));
});

t.test('with manual playback speech ends when the test says so', async (t) => {
  const { call, client } = await connectedCall(t, {
    playback: 'manual',
    model: scriptedModel([[{ say: SENTENCE }]]),
  });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  t.same(call.heard, []);
  call.finishPlayback();
  await call.waitFor(sent('output_audio_buffer.stopped'));
  t.match(call.heard, [{ text: SENTENCE, cut: false }]);
});

t.test('what was playing when the caller hung up was heard in part', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }]]);
  const { call, client } = await connectedCall(t, { clock, model, playback: { speed: 1 } });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(SENTENCE_MS / 2);
  call.hangUp();
  t.match(call.heard, [{ text: SENTENCE.slice(0, 10), cut: true }]);
});
