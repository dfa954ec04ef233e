import fc from 'fast-check';
import t from 'tap';
import { verbatim } from '../../emulator/models/verbatim.ts';
import {
  callerMessage,
  functionOutput,
  responseCancel,
  responseCreate,
  sayWordForWord,
} from '../../src/realtime/commands.ts';

t.test('a response carries its key as event id and in its metadata', async (t) => {
  t.same(JSON.parse(responseCreate('req_7', { purpose: 'reply', say: null, outputs: [] })), {
    type: 'response.create',
    event_id: 'req_7',
    response: { metadata: { denwaban_request: 'req_7', purpose: 'reply' } },
  });
});

t.test('a sentence is asked for word for word, and no tool beside it', async (t) => {
  const event = JSON.parse(
    responseCreate('req_1', { purpose: 'greeting', say: 'お電話ありがとうございます。', outputs: [] }),
  );
  t.equal(verbatim(event.response.instructions), 'お電話ありがとうございます。');
  t.equal(event.response.tool_choice, 'none');
});

t.test('brackets within a sentence stay in it', async (t) => {
  t.equal(verbatim(sayWordForWord('「はい」とお答えください。')), '「はい」とお答えください。');
});

t.test('the item id of an output follows from its function call and fits the API', async () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(call_)?[A-Za-z0-9]{1,64}$/), (callId) => {
      const { item } = JSON.parse(functionOutput(callId, '{}'));
      const again = JSON.parse(functionOutput(callId, '{}')).item;
      return item.call_id === callId && item.id.length <= 32 && item.id === again.id;
    }),
  );
});

t.test('every event has an id', async (t) => {
  for (const text of [
    responseCancel(),
    functionOutput('call_1', '{}'),
    callerMessage('keys_1', '[キー入力] 1'),
  ]) {
    t.type(JSON.parse(text).event_id, 'string');
  }
});
