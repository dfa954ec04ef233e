import t from 'tap';
import { scriptedModel, type Model } from '../../emulator/index.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { connectedCall, sent } from './helper.ts';

const SENTENCE = 'あいうえおかきくけこさしすせそたちつてと';
const REAL_TIME = { playback: { speed: 1 } };

t.test('a caller who interrupts cuts the playback and the memory of it', async (t) => {
  const clock = new ManualClock();
  const { call, client } = await connectedCall(t, {
    ...REAL_TIME,
    clock,
    model: scriptedModel([[{ say: SENTENCE }]]),
  });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(1_400);
  call.startSpeaking();
  await client.next('conversation.item.truncated');
  t.same(client.types().slice(-3), [
    'input_audio_buffer.speech_started',
    'output_audio_buffer.cleared',
    'conversation.item.truncated',
  ]);
  t.match(await client.next('conversation.item.truncated'), { audio_end_ms: 1_400, content_index: 0 });
  t.match(call.heard, [{ text: SENTENCE.slice(0, 10), cut: true }]);
  clock.advance(10_000);
  await call.quiet();
  t.notOk(client.types().includes('output_audio_buffer.stopped'));
});

t.test('a response that is still generated is cancelled between clearing and truncation', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }]]);
  const { call, client } = await connectedCall(t, { ...REAL_TIME, clock, model, thinkMs: 100 });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.created'));
  await turnUntil(clock, () => client.types().includes('response.output_audio_transcript.delta'));
  call.startSpeaking();
  const done = await client.next('response.done');
  t.match(done, {
    response: {
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    },
  });
  await client.next('conversation.item.truncated');
  const order = ['output_audio_buffer.cleared', 'response.done', 'conversation.item.truncated'];
  t.same(
    client.types().filter((type) => order.includes(type)),
    order,
  );
});

t.test('a function call that is cut is incomplete', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ call: { name: 'take_message', arguments: '{"body":"長い伝言です"}' } }]]);
  const { call, client } = await connectedCall(t, { ...REAL_TIME, clock, model, thinkMs: 100 });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.created'));
  await turnUntil(clock, () => client.types().includes('response.function_call_arguments.delta'));
  call.startSpeaking();
  t.match(await client.next('response.output_item.done'), {
    item: { type: 'function_call', status: 'incomplete' },
  });
  t.match(await client.next('response.done'), { response: { status: 'cancelled' } });
});

t.test('the model is told only what was heard', async (t) => {
  const clock = new ManualClock();
  const seen: string[] = [];
  const model: Model = async (turn) => {
    seen.push(...turn.items.map((item) => (item.type === 'message' ? item.text : item.type)));
    return [{ say: SENTENCE }];
  };
  const { call, client } = await connectedCall(t, { ...REAL_TIME, clock, model });
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(1_400);
  call.startSpeaking();
  await call.stopSpeaking('ちょっと待って');
  await client.next('response.done', 2);
  t.same(seen, [SENTENCE.slice(0, 10), 'ちょっと待って']);
});

t.test('interrupt_response false lets the agent finish', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: SENTENCE }]]);
  const detection = { type: 'semantic_vad', interrupt_response: false, create_response: false };
  const session = { audio: { input: { turn_detection: detection } } };
  const { call, client } = await connectedCall(t, { ...REAL_TIME, clock, model }, session);
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(1_400);
  call.startSpeaking();
  await call.stopSpeaking('はい');
  clock.advance(1_400);
  await client.next('output_audio_buffer.stopped');
  t.match(call.heard, [{ text: SENTENCE, cut: false }]);
  t.equal(
    client.types().filter((type) => type === 'response.created').length,
    1,
    'nor is a response created',
  );
});

t.test('without turn detection the client commits what was said', async (t) => {
  const session = { audio: { input: { turn_detection: null } } };
  const { call, client } = await connectedCall(t, { model: scriptedModel([]) }, session);
  await call.say('もしもし', { ms: 1 });
  client.send({ type: 'input_audio_buffer.commit' });
  await client.next('conversation.item.done');
  client.send({ type: 'input_audio_buffer.commit' });
  t.match(await client.next('error'), { error: { code: 'input_audio_buffer_commit_empty' } });
  t.notOk(client.types().some((type) => type.includes('speech') || type === 'response.created'));
});

t.test('a caller who stays silent is spoken to after the idle time', async (t) => {
  const clock = new ManualClock();
  const model = scriptedModel([[{ say: 'はい。' }], [{ say: 'もしもし。' }]]);
  const session = { audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 6_000 } } } };
  const { call, client } = await connectedCall(t, { ...REAL_TIME, clock, model }, session);
  client.send({ type: 'response.create' });
  await call.waitFor(sent('response.done'));
  clock.advance(420);
  await client.next('output_audio_buffer.stopped');
  clock.advance(6_000);
  const timeout = await client.next('input_audio_buffer.timeout_triggered');
  t.equal(Number(timeout['audio_end_ms']) - Number(timeout['audio_start_ms']), 6_000);
  await client.next('response.done', 2);
  const after = client.types().slice(client.types().indexOf('input_audio_buffer.timeout_triggered') + 1);
  t.equal(after[0], 'input_audio_buffer.committed');
});

/** Turns the clock in small steps; between them the response goes on. */
async function turnUntil(clock: ManualClock, reached: () => boolean): Promise<void> {
  while (!reached()) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
