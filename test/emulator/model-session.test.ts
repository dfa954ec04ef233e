import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { connect, emulatorFor } from './helper.ts';

t.test('a session without a telephone answers in text', async (t) => {
  const emulator = await emulatorFor(t, {
    model: scriptedModel([[{ say: 'こんにちは、ご用件をどうぞ。' }]]),
  });
  const url = `${emulator.baseUrl.replace('http', 'ws')}/realtime?model=gpt-realtime-2.1-mini`;
  const client = await connect(t, emulator, url);
  t.match(await client.next('session.created'), {
    session: { model: 'gpt-realtime-2.1-mini', type: 'realtime' },
  });
  client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  await client.next('session.updated');
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'もしもし' }] };
  client.send({ type: 'conversation.item.create', item });
  client.send({ type: 'response.create' });
  t.match(await client.next('response.done'), {
    response: {
      status: 'completed',
      output: [{ content: [{ type: 'output_text', text: 'こんにちは、ご用件をどうぞ。' }] }],
    },
  });
  const deltas = client.events.filter((event) => event.type === 'response.output_text.delta');
  t.equal(deltas.map((event) => event['delta']).join(''), 'こんにちは、ご用件をどうぞ。');
  t.match(await client.next('response.output_text.done'), { text: 'こんにちは、ご用件をどうぞ。' });
  t.notOk(client.types().some((type) => type.includes('audio')));
});

t.test('a session needs a model', async (t) => {
  const emulator = await emulatorFor(t);
  await t.rejects(connect(t, emulator, `${emulator.baseUrl.replace('http', 'ws')}/realtime`), /400/);
});
