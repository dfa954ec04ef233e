import { once } from 'node:events';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import t from 'tap';
import { Agent } from 'undici';
import { type EmulatedCall, scriptedModel } from '../../emulator/index.ts';
import { emulatorFor } from './helper.ts';
import { selfSigned } from './self-signed.ts';
import { webhookReceiver } from './webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret of this test only').toString('base64')}`;

const TAKE_MESSAGE = {
  type: 'function' as const,
  name: 'take_message',
  parameters: { type: 'object', properties: { body: { type: 'string' } }, required: ['body'] },
};

t.test('the official client takes a whole call: webhook, accept, turns, tool, hang-up', async (t) => {
  const tls = selfSigned();
  const { url, received } = await webhookReceiver(t);
  const model = scriptedModel([
    [{ say: 'お電話ありがとうございます。' }],
    [{ call: { name: 'take_message', arguments: '{"body":"出席です"}' } }],
    [{ say: '承りました。' }],
  ]);
  const emulator = await emulatorFor(t, { tls, webhookUrl: url, webhookSecrets: [SECRET], model });
  const dispatcher = new Agent({ connect: { ca: tls.cert } });
  t.teardown(() => dispatcher.destroy());
  const client = new OpenAI({
    apiKey: emulator.apiKey,
    baseURL: emulator.baseUrl,
    webhookSecret: SECRET,
    fetchOptions: { dispatcher: dispatcher as never },
  });

  const call = await emulator.ring({ from: '<sip:+819011112222@192.0.2.1>' });
  const webhook = received[0];
  if (webhook === undefined) throw new Error('no webhook came');
  const event = await client.webhooks.unwrap(webhook.body, webhook.headers);
  if (event.type !== 'realtime.call.incoming') throw new Error(`unexpected ${event.type}`);
  t.equal(event.data.call_id, call.id);

  await client.realtime.calls.accept(event.data.call_id, {
    type: 'realtime',
    model: 'gpt-realtime-2.1-mini',
    instructions: '電話に出てください。',
    tools: [TAKE_MESSAGE],
  });
  const line = new OpenAIRealtimeWS({ callID: call.id, options: { ca: tls.cert } }, client);
  t.teardown(() => line.close());
  await driveCall(t, line, call);

  const closed = once(line.socket, 'close');
  await client.realtime.calls.hangup(call.id);
  await closed;
  t.equal(call.endedBy, 'service');
  await t.rejects(client.realtime.calls.hangup(call.id), { status: 404, code: 'call_id_not_found' });
});

async function driveCall(t: Tap, line: OpenAIRealtimeWS, call: EmulatedCall): Promise<void> {
  line.on('error', (error) => t.fail(error.message));
  const created = await next(line, 'session.created');
  t.match(created.session, { type: 'realtime', model: 'gpt-realtime-2.1-mini', tools: [TAKE_MESSAGE] });

  line.send({ type: 'response.create' });
  await next(line, 'output_audio_buffer.stopped');
  t.same(
    call.heard.map((each) => each.text),
    ['お電話ありがとうございます。'],
  );

  const calling = next(line, 'response.function_call_arguments.done');
  const called = next(line, 'response.done');
  await call.say('出席します', { ms: 5 });
  const { call_id: callId, name } = await calling;
  t.equal(name, 'take_message');
  await called;
  line.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: callId, output: '{"ok":true}' },
  });
  line.send({ type: 'response.create' });
  await next(line, 'output_audio_buffer.stopped');
  t.equal(call.heard.at(-1)?.text, '承りました。');
}

type Tap = Parameters<typeof emulatorFor>[0];

function next<T extends RealtimeServerEvent['type']>(
  line: OpenAIRealtimeWS,
  type: T,
): Promise<Extract<RealtimeServerEvent, { type: T }>> {
  return new Promise((resolve) => {
    const take = (event: RealtimeServerEvent): void => {
      if (event.type !== type) return;
      line.off('event', take);
      resolve(event as Extract<RealtimeServerEvent, { type: T }>);
    };
    line.on('event', take);
  });
}
