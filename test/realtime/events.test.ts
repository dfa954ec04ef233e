import fc from 'fast-check';
import t from 'tap';
import { decodeEvent, REQUEST_KEY } from '../../src/realtime/events.ts';

const KINDS = [
  'session.created',
  'session.updated',
  'response.created',
  'response.done',
  'response.output_item.done',
  'conversation.item.added',
  'response.output_audio_transcript.done',
  'response.output_text.done',
  'output_audio_buffer.started',
  'output_audio_buffer.stopped',
  'output_audio_buffer.cleared',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
  'input_audio_buffer.dtmf_event_received',
  'error',
] as const;

t.test('no JSON whatever makes decoding throw', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      decodeEvent(value);
    }),
    { numRuns: 2_000 },
  );
  t.pass('nothing was thrown');
});

t.test('no known type makes decoding throw, whatever its fields are', async (t) => {
  const field = fc.constantFrom(
    'response',
    'item',
    'item_id',
    'response_id',
    'transcript',
    'text',
    'event',
    'error',
    'session',
    'usage',
  );
  const inner = fc.dictionary(
    fc.constantFrom('id', 'status', 'status_details', 'metadata', 'usage', 'type', 'call_id', 'name', 'code'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.dictionary(field, fc.oneof(inner, fc.jsonValue({ maxDepth: 2 }))),
      (type, fields) => {
        const event = decodeEvent({ ...fields, type });
        return typeof event.kind === 'string';
      },
    ),
    { numRuns: 3_000 },
  );
  t.pass('nothing was thrown');
});

t.test('null and missing fields are malformed or left out, never guessed', async (t) => {
  for (const type of KINDS) {
    const event = decodeEvent({ type });
    if (type === 'session.created' || type === 'session.updated') continue;
    t.ok(['malformed', 'ignored'].includes(event.kind), `${type}: ${event.kind}`);
  }
  t.same(decodeEvent({ type: 'response.done', response: { id: 'resp_1', status: null, usage: null } }), {
    kind: 'response_done',
    responseId: 'resp_1',
    key: null,
    status: 'failed',
    reason: null,
    errorCode: null,
    usage: null,
  });
});

t.test('an unknown type is ignored, and something without a type is malformed', async (t) => {
  t.same(decodeEvent({ type: 'response.sung' }), { kind: 'ignored', type: 'response.sung' });
  for (const value of [null, 1, 'text', [], {}, { type: 5 }, { type: 'x'.repeat(300) }]) {
    t.same(decodeEvent(value), { kind: 'malformed', type: 'unknown' });
  }
});

t.test('a response is tied to its request by its metadata', async (t) => {
  t.same(
    decodeEvent({
      type: 'response.created',
      response: { id: 'resp_1', metadata: { [REQUEST_KEY]: 'req_3' } },
    }),
    { kind: 'response_created', responseId: 'resp_1', key: 'req_3' },
  );
  t.match(decodeEvent({ type: 'response.created', response: { id: 'resp_1', metadata: null } }), {
    key: null,
  });
});

t.test('only a function call that was completed is complete', async (t) => {
  const item = { type: 'function_call', call_id: 'call_1', name: 'end_call', arguments: '{' };
  for (const [status, complete] of [
    ['completed', true],
    ['incomplete', false],
    ['in_progress', false],
    [null, false],
  ] as const) {
    t.match(
      decodeEvent({ type: 'response.output_item.done', response_id: 'resp_1', item: { ...item, status } }),
      { kind: 'function_call', complete },
    );
  }
});

t.test('a key is one of the sixteen of the telephone', async (t) => {
  const press = (event: unknown) => decodeEvent({ type: 'input_audio_buffer.dtmf_event_received', event });
  for (const key of '0123456789*#ABCD') t.same(press(key), { kind: 'key_pressed', key });
  t.same(press(' 1 '), { kind: 'key_pressed', key: '1' });
  for (const key of ['', '12', 'E', 'a', 1, null]) t.equal(press(key).kind, 'malformed', String(key));
});

t.test('tokens are read from their details; cached tokens are a part of them', async (t) => {
  t.match(
    decodeEvent({
      type: 'response.done',
      response: {
        id: 'resp_1',
        status: 'completed',
        usage: {
          input_token_details: {
            text_tokens: 100,
            audio_tokens: 50,
            cached_tokens: 96,
            cached_tokens_details: { text_tokens: 64, audio_tokens: 32 },
          },
          output_token_details: { text_tokens: 7, audio_tokens: 9 },
        },
      },
    }),
    {
      usage: {
        textIn: 100,
        textInCached: 64,
        audioIn: 50,
        audioInCached: 32,
        textOut: 7,
        audioOut: 9,
        seconds: 0,
      },
    },
  );
});

t.test('counts that are no counts are 0', async (t) => {
  t.match(
    decodeEvent({
      type: 'response.done',
      response: {
        id: 'resp_1',
        status: 'completed',
        usage: {
          input_token_details: { text_tokens: -5, audio_tokens: '12', cached_tokens_details: null },
          output_token_details: { text_tokens: Number.NaN },
        },
      },
    }),
    { usage: { textIn: 0, audioIn: 0, textInCached: 0, textOut: 0, audioOut: 0 } },
  );
});
