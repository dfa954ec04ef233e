import t from 'tap';
import { scriptedModel, type Model, type ModelPart } from '../../emulator/index.ts';
import { connect, connectedCall, sidebandUrl } from './helper.ts';

/** A model that speaks only when it is let. */
function gated(): { model: Model; open: (parts: readonly ModelPart[]) => void } {
  let open: (parts: readonly ModelPart[]) => void = () => {};
  const opened = new Promise<readonly ModelPart[]>((resolve) => {
    open = resolve;
  });
  return { model: () => opened, open };
}

t.test('a second response while one is made is refused by name', async (t) => {
  const { model, open } = gated();
  const { client } = await connectedCall(t, { model });
  client.send({ type: 'response.create' });
  const created = await client.next('response.created');
  client.send({ type: 'response.create', event_id: 'second' });
  const error = await client.next('error');
  const { id } = created['response'] as { id: string };
  t.match(error, {
    error: {
      code: 'conversation_already_has_active_response',
      event_id: 'second',
      message: new RegExp(id),
    },
  });
  open([{ say: 'はい。' }]);
  await client.next('response.done');
});

t.test('a response out of band runs beside the conversation and leaves nothing in it', async (t) => {
  const { model, open } = gated();
  const { client } = await connectedCall(t, { model });
  client.send({ type: 'response.create' });
  client.send({
    type: 'response.create',
    response: { conversation: 'none', output_modalities: ['text'], metadata: { topic: 'mood' }, input: [] },
  });
  await client.next('response.created', 2);
  open([{ say: 'はい。' }]);
  await client.next('response.done', 2);
  const beside = client.events.find((event) => {
    return event.type === 'response.done' && (event['response'] as { metadata: unknown }).metadata !== null;
  });
  t.match(beside, {
    response: {
      conversation_id: null,
      metadata: { topic: 'mood' },
      output: [{ content: [{ text: 'はい。' }] }],
    },
  });
  t.equal(client.types().filter((type) => type === 'conversation.item.added').length, 1);
});

t.test('response.cancel ends a response, and is refused when there is none', async (t) => {
  const { client } = await connectedCall(t, { model: gated().model });
  client.send({ type: 'response.create' });
  client.send({ type: 'response.cancel' });
  t.match(await client.next('response.done'), {
    response: { status: 'cancelled', status_details: { reason: 'client_cancelled' } },
  });
  client.send({ type: 'response.cancel', event_id: 'again' });
  t.match(await client.next('error'), { error: { code: 'response_cancel_not_active', event_id: 'again' } });
});

t.test('output_audio_buffer.clear silences the agent', async (t) => {
  const { call, client } = await connectedCall(t, {
    playback: 'manual',
    model: scriptedModel([[{ say: 'はい。' }]]),
  });
  client.send({ type: 'response.create' });
  await client.next('response.done');
  client.send({ type: 'output_audio_buffer.clear' });
  await client.next('output_audio_buffer.cleared');
  t.match(call.heard, [{ cut: true }]);
});

t.test('items can be created, retrieved and deleted', async (t) => {
  const { client } = await connectedCall(t);
  const item = {
    id: 'item_mine',
    type: 'message',
    role: 'system',
    content: [{ type: 'input_text', text: '雨です' }],
  };
  client.send({ type: 'conversation.item.create', item, previous_item_id: 'root' });
  t.match(await client.next('conversation.item.added'), { item, previous_item_id: null });
  client.send({ type: 'conversation.item.retrieve', item_id: 'item_mine' });
  t.match(await client.next('conversation.item.retrieved'), { item });
  client.send({ type: 'conversation.item.delete', item_id: 'item_mine' });
  await client.next('conversation.item.deleted');
  client.send({ type: 'conversation.item.delete', item_id: 'item_mine' });
  t.match(await client.next('error'), { error: { code: 'item_not_found' } });
});

t.test('session.update needs a type', async (t) => {
  const { client } = await connectedCall(t);
  client.send({ type: 'session.update', event_id: 'u1', session: { instructions: '' } });
  t.match(await client.next('error'), {
    error: { message: "Missing required parameter: 'session.type'.", event_id: 'u1' },
  });
});

t.test(
  'session.update takes the turn detection numbers that accept refuses, and keeps the rest',
  async (t) => {
    const { client } = await connectedCall(t, {}, { instructions: 'はじめ' });
    const turn_detection = { type: 'server_vad', threshold: 0.7, silence_duration_ms: 700 };
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection } } },
    });
    t.match(await client.next('session.updated'), {
      session: {
        instructions: 'はじめ',
        audio: { input: { turn_detection: { ...turn_detection, create_response: true } } },
      },
    });
  },
);

t.test('the voice is frozen once the agent was heard', async (t) => {
  const { client } = await connectedCall(t);
  const change = (voice: string): void => {
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice } } } });
  };
  change('marin');
  await client.next('session.updated');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  change('cedar');
  t.match(await client.next('error'), { error: { param: 'session.audio.output.voice' } });
});

t.test('what is no known event is refused, and the session goes on', async (t) => {
  const { client } = await connectedCall(t);
  client.send({ type: 'response.begin', event_id: 'x' });
  t.match(await client.next('error'), { error: { code: 'invalid_event', event_id: 'x' } });
  client.socket.send('no JSON');
  t.match(await client.next('error', 2), { error: { code: 'invalid_json' } });
  client.send({ type: 'session.update', session: { type: 'realtime' } });
  await client.next('session.updated');
});

t.test('a failed response names its error', async (t) => {
  const fail = { code: 'rate_limit_exceeded', message: 'slow down' };
  const { client } = await connectedCall(t, { model: scriptedModel([[{ fail }]]) });
  client.send({ type: 'response.create' });
  t.match(await client.next('response.done'), {
    response: { status: 'failed', status_details: { error: { code: 'rate_limit_exceeded' } } },
  });
});

t.test('every sideband hears everything, and a new one only what comes', async (t) => {
  const { emulator, call, client } = await connectedCall(t, { model: scriptedModel([[{ say: 'はい。' }]]) });
  client.send({ type: 'response.create' });
  await call.quiet();
  await client.next('output_audio_buffer.stopped');
  const second = await connect(t, emulator, sidebandUrl(emulator, call.id));
  await second.next('session.created');
  t.same(second.types(), ['session.created']);
  call.press('5');
  t.match(await second.next('input_audio_buffer.dtmf_event_received'), { event: '5', event_id: undefined });
  await client.next('input_audio_buffer.dtmf_event_received');
});

t.test('keys that no event has are refused by their path', async (t) => {
  const { client } = await connectedCall(t);
  const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'はい' }] };
  const wrong: readonly [Record<string, unknown>, string][] = [
    [{ type: 'response.create', modalities: ['audio'] }, 'modalities'],
    [{ type: 'response.create', response: { voice: 'marin' } }, 'response.voice'],
    [{ type: 'conversation.item.create', item: { ...message, text: 'はい' } }, 'item.text'],
    [{ type: 'conversation.item.create' }, 'item'],
    [{ type: 'session.update', session: { type: 'realtime', voice: 'marin' } }, 'session.voice'],
  ];
  for (const [index, [event, param]] of wrong.entries()) {
    client.send(event);
    t.match(await client.next('error', index + 1), { error: { param } });
  }
});
