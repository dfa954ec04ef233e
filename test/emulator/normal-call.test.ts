import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { connectedCall } from './helper.ts';

/** Runs of the same delta count once. */
function shape(types: readonly string[]): string[] {
  return types.filter((type, index) => type !== types[index - 1]);
}

const SPOKEN = [
  'response.created',
  'response.output_item.added',
  'conversation.item.added',
  'response.content_part.added',
  'output_audio_buffer.started',
  'response.output_audio_transcript.delta',
  'response.output_audio.done',
  'response.output_audio_transcript.done',
  'response.content_part.done',
  'response.output_item.done',
  'conversation.item.done',
  'response.done',
  'rate_limits.updated',
  'output_audio_buffer.stopped',
];

t.test('a greeting comes in the order of the API and is heard last', async (t) => {
  const { client } = await connectedCall(t, {
    model: scriptedModel([[{ say: 'お電話ありがとうございます。' }]]),
  });
  client.send({ type: 'response.create' });
  await client.next('output_audio_buffer.stopped');
  t.same(shape(client.types()), ['session.created', ...SPOKEN]);
});

t.test('a turn of the caller is committed before the response to it', async (t) => {
  const { call, client } = await connectedCall(
    t,
    { model: scriptedModel([[{ say: 'はい。' }]]) },
    { audio: { input: { transcription: { model: 'gpt-transcribe' } } } },
  );
  await call.say('もしもし', { ms: 5 });
  await client.next('output_audio_buffer.stopped');
  t.same(shape(client.types()), [
    'session.created',
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'conversation.item.input_audio_transcription.delta',
    'conversation.item.input_audio_transcription.completed',
    ...SPOKEN,
  ]);
});
