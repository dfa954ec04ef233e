import t, { type Test } from 'tap';
import { startEmulator, type Model, type ModelTurn } from '../../emulator/index.ts';
import { createLiveModel, type LiveModel } from '../../emulator/models/live.ts';
import { systemClock } from '../../src/lib/clock.ts';

const API_KEY = 'sk-of-this-test-only';

const TOOLS = [
  { type: 'function', name: 'take_message', description: 'Keeps it.', parameters: { type: 'object' } },
];

/** A live model whose Realtime session is the emulator's, and what that session was shown. */
async function open(
  t: Test,
  model: Model,
  apiKey = API_KEY,
): Promise<{ live: LiveModel; seen: ModelTurn[] }> {
  const seen: ModelTurn[] = [];
  const emulator = await startEmulator({
    apiKey: API_KEY,
    model: async (turn) => {
      seen.push(turn);
      return model(turn);
    },
  });
  t.teardown(() => emulator.close());
  const live = createLiveModel({
    url: `${emulator.baseUrl.replace('http:', 'ws:')}/realtime`,
    apiKey,
    model: 'gpt-realtime-2.1',
    origin: 'https://api.openai.com',
    clock: systemClock,
  });
  t.teardown(() => live.close());
  return { live, seen };
}

function turn(change: Partial<ModelTurn> = {}): ModelTurn {
  return {
    session: { instructions: '丁寧に話す。', tools: TOOLS, tool_choice: 'auto', voice: 'marin' },
    items: [{ type: 'message', role: 'user', text: '出席します' }],
    request: null,
    ...change,
  };
}

t.test('words and function calls of the session come back in order', async (t) => {
  const { live } = await open(t, async () => [
    { say: 'かしこまりました。' },
    { call: { name: 'take_message', arguments: '{"body":"出席"}' } },
  ]);
  t.same(await live.model(turn()), [
    { say: 'かしこまりました。' },
    { call: { name: 'take_message', arguments: '{"body":"出席"}' } },
  ]);
});

t.test('the session has the instructions and tools of the call, and is asked in writing', async (t) => {
  const { live, seen } = await open(t, async () => [{ say: 'はい。' }]);
  await live.model(turn());
  t.match(seen[0]?.session, {
    instructions: '丁寧に話す。',
    tools: TOOLS,
    output_modalities: ['text'],
    model: 'gpt-realtime-2.1',
  });
  await live.model(turn({ session: { instructions: '短く話す。', tools: [], tool_choice: 'none' } }));
  t.match(seen[1]?.session, { instructions: '短く話す。', tools: [], tool_choice: 'none' }, 'changes too');
});

t.test('the session is shown the whole conversation of the call, and nothing of its own', async (t) => {
  const { live, seen } = await open(t, async () => [{ say: 'はい。' }]);
  const items = [
    { type: 'message', role: 'assistant', text: 'ご用件を' },
    { type: 'message', role: 'user', text: '出席します' },
    { type: 'function_call', callId: 'call_1', name: 'take_message', arguments: '{}' },
    { type: 'function_call_output', callId: 'call_1', output: '{"ok":true}' },
    { type: 'message', role: 'system', text: '[キー入力] 1' },
  ] as const;
  await live.model(turn({ items }));
  await live.model(turn({ items }));
  t.same(seen[0]?.items, items);
  t.same(seen[1]?.items, items);
});

t.test('speech without words is told as such', async (t) => {
  const { live, seen } = await open(t, async () => [{ say: 'はい。' }]);
  await live.model(turn({ items: [{ type: 'message', role: 'user', text: '' }] }));
  t.match(seen[0]?.items, [{ role: 'user', text: '(聞き取れない音声)' }]);
});

t.test('what one response is told goes with it', async (t) => {
  const { live, seen } = await open(t, async () => [{ say: 'はい。' }]);
  await live.model(turn({ request: { instructions: '「はい」と言う。', tool_choice: 'none' } }));
  t.match(seen[0]?.request, { instructions: '「はい」と言う。', tool_choice: 'none' });
});

t.test('a turn that was given up does not get in the way of the next one', async (t) => {
  let finishFirst = (): void => {};
  const first = new Promise<void>((resolve) => {
    finishFirst = resolve;
  });
  const { live } = await open(t, async ({ items }) => {
    const [item] = items;
    if (item?.type !== 'message' || item.text !== '一') return [{ say: '二番' }];
    await first;
    return [{ say: '一番' }];
  });
  const slow = live.model(turn({ items: [{ type: 'message', role: 'user', text: '一' }] }));
  const fast = live.model(turn({ items: [{ type: 'message', role: 'user', text: '二' }] }));
  t.same(await fast, [{ say: '二番' }]);
  finishFirst();
  t.same(await slow, [{ say: '一番' }]);
});

t.test('a failed response is a failed part', async (t) => {
  const { live } = await open(t, async () => [
    { fail: { code: 'rate_limit_exceeded', message: 'slow down' } },
  ]);
  t.match(await live.model(turn()), [{ fail: { code: 'rate_limit_exceeded' } }]);
});

t.test('an incomplete response keeps its words and says why it ended', async (t) => {
  const { live } = await open(t, async () => [
    { say: 'お電話' },
    { fail: { code: 'max_output_tokens', message: 'too long' } },
  ]);
  t.match(await live.model(turn()), [{ say: 'お電話' }, { fail: { code: 'max_output_tokens' } }]);
});

t.test('a refused key is an error without the key', async (t) => {
  const { live } = await open(t, async () => [], 'sk-wrong');
  await t.rejects(live.model(turn()), { message: /no realtime session: .*401/ });
  await t.rejects(live.model(turn()), { message: /^((?!sk-wrong)[^])*$/ }, 'and again with the next turn');
});

t.test('what the API refuses is an error of that turn alone', async (t) => {
  const { live } = await open(t, async () => [{ say: 'はい。' }]);
  await live.model(turn());
  await t.rejects(live.model(turn({ request: { tool_choice: 'sometimes' } })), { message: /invalid_value/ });
  t.same(await live.model(turn()), [{ say: 'はい。' }]);
});

t.test('a closed session rejects what waits', async (t) => {
  const { live } = await open(t, () => new Promise(() => {}));
  const waiting = live.model(turn());
  const rejected = t.rejects(waiting, { message: /closed/ });
  await new Promise((resolve) => setImmediate(resolve));
  live.close();
  await rejected;
});
