import { once } from 'node:events';
import { OpenAIRealtimeSIP, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { emulatorFor, rest, sent, sidebandUrl } from './helper.ts';

t.test('the agents SDK holds a whole call over its SIP transport', async (t) => {
  const model = scriptedModel([
    [{ say: 'お電話ありがとうございます。' }],
    [{ call: { name: 'take_message', arguments: '{"body":"出席です"}' } }],
    [{ say: '承りました。' }],
  ]);
  const emulator = await emulatorFor(t, { model });
  const taken: unknown[] = [];
  const agent = new RealtimeAgent({
    name: 'receptionist',
    instructions: '電話に出てください。',
    tools: [
      tool({
        name: 'take_message',
        description: 'Keeps a message.',
        strict: false,
        parameters: {
          type: 'object',
          properties: { body: { type: 'string' } },
          required: ['body'],
          additionalProperties: true,
        },
        execute: async (input) => {
          taken.push(input);
          return '{"ok":true}';
        },
      }),
    ],
  });

  const call = await emulator.ring();
  const config = await OpenAIRealtimeSIP.buildInitialConfig(agent);
  t.equal((await rest(emulator, `${call.id}/accept`, config)).status, 200);
  const session = new RealtimeSession(agent, { transport: new OpenAIRealtimeSIP(), tracingDisabled: true });
  const errors: unknown[] = [];
  session.on('error', (error) => errors.push(error));
  await session.connect({ apiKey: emulator.apiKey, callId: call.id, url: sidebandUrl(emulator, call.id) });
  t.teardown(() => session.close());
  await call.waitFor(sent('session.updated'));

  session.transport.sendEvent({ type: 'response.create' });
  await call.waitFor(sent('output_audio_buffer.stopped'));
  await call.say('出席します', { ms: 5 });
  await call.waitFor(sent('output_audio_buffer.stopped'));

  t.same(taken, [{ body: '出席です' }]);
  t.same(
    call.heard.map((each) => each.text),
    ['お電話ありがとうございます。', '承りました。'],
  );
  t.match(session.history, [
    { role: 'assistant', content: [{ transcript: 'お電話ありがとうございます。' }] },
    { role: 'user', content: [{ transcript: '出席します' }] },
    { type: 'function_call', name: 'take_message', status: 'completed' },
    { role: 'assistant', content: [{ transcript: '承りました。' }] },
  ]);
  t.match(call.warnings, [/format/], 'the SDK names audio formats, which does harm on SIP');

  const gone = once(session.transport as unknown as NodeJS.EventEmitter, 'disconnected');
  t.equal((await rest(emulator, `${call.id}/hangup`)).status, 200);
  await gone;
  t.same(errors, []);
});
