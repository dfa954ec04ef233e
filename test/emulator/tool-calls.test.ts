import t from 'tap';
import { scriptedModel, type Model } from '../../emulator/index.ts';
import { connectedCall } from './helper.ts';

const CALL = { call: { name: 'take_message', arguments: '{"body":"出席です"}' } };

t.test('a function call comes in the order of the API', async (t) => {
  const { client } = await connectedCall(t, { model: scriptedModel([[CALL]]) });
  client.send({ type: 'response.create' });
  await client.next('rate_limits.updated');
  const done = await client.next('response.done');
  const types = client.types().filter((type, index, all) => type !== all[index - 1]);
  t.same(types.slice(1, -1), [
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'conversation.item.done',
    'response.done',
  ]);
  t.match(done, {
    response: { output: [{ type: 'function_call', status: 'completed', ...CALL.call, call_id: /^call_/ }] },
  });
});

t.test('the deltas of the arguments join to the arguments', async (t) => {
  const { client } = await connectedCall(t, { model: scriptedModel([[CALL]]) });
  client.send({ type: 'response.create' });
  const done = await client.next('response.function_call_arguments.done');
  const deltas = client.events.filter((event) => event.type === 'response.function_call_arguments.delta');
  t.equal(deltas.map((event) => event['delta']).join(''), done['arguments']);
});

t.test('one response may speak and call several functions', async (t) => {
  const { client } = await connectedCall(t, { model: scriptedModel([[{ say: 'はい。' }, CALL, CALL]]) });
  client.send({ type: 'response.create' });
  t.match(await client.next('response.done'), {
    response: { output: [{ type: 'message' }, { type: 'function_call' }, { type: 'function_call' }] },
  });
  await client.next('output_audio_buffer.stopped');
});

t.test('the output of a function starts no response, and the model sees it in the next', async (t) => {
  const shown: unknown[] = [];
  const model: Model = async (turn) => {
    shown.push(turn.items.at(-1));
    return shown.length === 1 ? [CALL] : [{ say: '承りました。' }];
  };
  const { client } = await connectedCall(t, { model });
  client.send({ type: 'response.create' });
  const { call_id } = await client.next('response.function_call_arguments.done');
  await client.next('response.done');
  const item = { type: 'function_call_output', call_id, output: '{"ok":true}' };
  client.send({ type: 'conversation.item.create', item });
  await client.next('conversation.item.done', 2);
  t.equal(shown.length, 1);
  client.send({ type: 'response.create' });
  await client.next('response.done', 2);
  t.match(shown[1], { type: 'function_call_output', callId: call_id, output: '{"ok":true}' });
});

t.test('an output for a call that was never made is refused', async (t) => {
  const { client } = await connectedCall(t);
  const item = { type: 'function_call_output', call_id: 'call_unknown', output: '{}' };
  client.send({ type: 'conversation.item.create', event_id: 'mine', item });
  t.match(await client.next('error'), { error: { code: 'invalid_tool_call_id', event_id: 'mine' } });
});

t.test('tool_choice none holds even for a script that calls', async (t) => {
  const { client } = await connectedCall(t, { model: scriptedModel([[CALL]]) });
  client.send({ type: 'response.create', response: { tool_choice: 'none' } });
  t.match(await client.next('response.done'), { response: { status: 'failed', output: [] } });
});
