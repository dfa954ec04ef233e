import t from 'tap';
import Type from 'typebox';
import type { EmulatedCall } from '../../emulator/index.ts';
import type { Tool, ToolOutcome } from '../../src/tools/tool.ts';
import { alarms } from './outcomes.ts';
import { calls, hears, script, type Service } from './service.ts';
import { asked, outputs, received, sent, settled, startTalk, until } from './talk.ts';

const FILLER_MS = 2_500;
const TIMEOUT_MS = 8_000;
const OK: ToolOutcome = { status: 'ok', output: { ok: true } };

const parameters = Type.Object({ word: Type.Optional(Type.String()) }, { additionalProperties: false });

/** Effects of the tools of this file, by the call that caused them. */
const effects: string[] = [];
/** Tools that wait for the test, by call. */
const waiting = new Map<string, () => void>();

function tool(name: string, run: Tool['run'], effect: Tool['effect'] = 'write'): Tool {
  return { name, description: 'Of this test.', parameters, effect, run };
}

const talk = await startTalk(t, {
  extraTools: [
    tool('note', async (_args, { callId }) => {
      effects.push(callId);
      return OK;
    }),
    tool('throws', () => {
      throw new Error('at once');
    }),
    tool('rejects', async () => Promise.reject(new Error('later'))),
    tool('never', async () => new Promise(() => undefined)),
    tool('slow', async (_args, { callId }) => {
      await new Promise<void>((resolve) => waiting.set(callId, resolve));
      effects.push(callId);
      return OK;
    }),
    tool(
      'asks',
      async () => ({ ...OK, control: { kind: 'say', sentence: 'よろしいでしょうか。' } }),
      'control',
    ),
    tool('refuses', async () => ({ status: 'refused', output: { ok: false, error: 'unreadable' } })),
  ],
});

const { calls: store } = (talk as Service).app.store;

function happened(call: EmulatedCall): number {
  return effects.filter((callId) => callId === call.id).length;
}

/** A call whose model makes these function calls as soon as the caller has spoken, then says a sentence. */
async function making(...parts: readonly { name: string; arguments: string }[]): Promise<EmulatedCall> {
  const call = await talk.greetedCall(
    script(
      parts.map((part) => ({ call: part })),
      [{ say: 'さて。' }],
    ),
  );
  await call.say('お願いします。');
  return call;
}

/** A function call as it stands on the wire, without a model that makes it. */
function functionCall(call: EmulatedCall, fields: Record<string, unknown>): void {
  const item = {
    id: 'item_x',
    type: 'function_call',
    status: 'completed',
    call_id: 'call_x',
    name: 'note',
    arguments: '{}',
    ...fields,
  };
  call.send({ type: 'response.output_item.done', response_id: 'resp_x', output_index: 0, item });
}

async function over(call: EmulatedCall): Promise<void> {
  call.hangUp();
  await talk.stored(call);
}

for (const [what, part, error] of [
  ['an unknown tool', { name: 'open_door', arguments: '{}' }, 'unknown_tool'],
  ['arguments that are not JSON', { name: 'note', arguments: '{"word":' }, 'invalid_arguments'],
  ['a field too many', { name: 'note', arguments: '{"admin":true}' }, 'invalid_arguments'],
  ['a __proto__ field', { name: 'note', arguments: '{"__proto__":{"admin":true}}' }, 'invalid_arguments'],
] as const) {
  await t.test(`${what}: the model is told, nothing happens, the talk goes on`, async (t) => {
    const call = await making(part);
    await hears(call, 'さて');
    t.match(outputs(call), [{ ok: false, error }]);
    t.equal(happened(call), 0);
    await over(call);
  });
}

await t.test('100 KB of arguments: the model is told, nothing happens, the talk goes on', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'さて。' }]));
  functionCall(call, { arguments: JSON.stringify({ word: 'x'.repeat(100_000) }) });
  call.send({ type: 'response.done', response: { id: 'resp_x', status: 'completed' } });
  await hears(call, 'さて');
  t.match(outputs(call), [{ ok: false, error: 'invalid_arguments' }]);
  t.equal(happened(call), 0);
  await over(call);
});

await t.test('a tool that throws or rejects is answered, and the talk goes on', async (t) => {
  for (const name of ['throws', 'rejects']) {
    const call = await making({ name, arguments: '{}' });
    await hears(call, 'さて');
    t.match(outputs(call), [{ ok: false, error: 'failed' }], name);
    await over(call);
    t.match(await store.listToolCalls(call.id), [{ name, status: 'failed' }]);
  }
});

await t.test('a tool that never answers: the caller is told once, the model at the deadline', async (t) => {
  const call = await making({ name: 'never', arguments: '{}' });
  await until(() => sent(call, 'response.done').length === 2, 'the function call');
  await settled(call);
  await talk.pass(FILLER_MS);
  await hears(call, 'ただいま確認しております');
  await talk.pass(TIMEOUT_MS - FILLER_MS - 1);
  t.same(outputs(call), []);
  await talk.pass(1);
  await hears(call, 'さて');
  t.match(outputs(call), [{ ok: false, error: 'timeout' }]);
  t.same(asked(call), ['greeting', 'filler', 'tool_result']);
  await over(call);
});

await t.test('a tool that is merely slow is answered with what it found', async (t) => {
  const call = await making({ name: 'slow', arguments: '{}' });
  await until(() => waiting.has(call.id), 'the tool');
  await talk.pass(FILLER_MS * 2);
  waiting.get(call.id)?.();
  await hears(call, 'さて');
  t.same(outputs(call), [{ ok: true }]);
  t.same(asked(call), ['greeting', 'filler', 'tool_result']);
  await over(call);
});

await t.test('parallel calls get one answer, after the last of them', async (t) => {
  const call = await making(
    { name: 'note', arguments: '{}' },
    { name: 'slow', arguments: '{}' },
    { name: 'note', arguments: '{"word":"b"}' },
  );
  await until(() => waiting.has(call.id) && outputs(call).length === 2, 'the quick ones');
  await settled(call);
  t.same(asked(call), ['greeting'], 'the slow one is not answered yet');
  waiting.get(call.id)?.();
  await hears(call, 'さて');
  t.same(asked(call), ['greeting', 'tool_result']);
  const creates = received(call, 'response.create').map(({ at }) => at);
  const items = received(call, 'conversation.item.create').map(({ at }) => at);
  t.ok(Math.max(...items) <= Math.max(...creates), 'all outputs stood there first');
  await over(call);
});

await t.test('the same function call twice happens once, and is answered once', async (t) => {
  const call = await making({ name: 'note', arguments: '{}' });
  await hears(call, 'さて');
  const done = sent(call, 'response.output_item.done')
    .map(({ event }) => event as unknown as Record<string, unknown> & { item: { type: string } })
    .find(({ item }) => item.type === 'function_call');
  call.send({ ...done });
  await settled(call);
  t.equal(happened(call), 1);
  t.equal(outputs(call).length, 1);
  await over(call);
});

await t.test('a function call that was cut off is not made', async (t) => {
  const call = await talk.greetedCall(script([{ say: 'はい。' }]));
  functionCall(call, { status: 'incomplete' });
  await settled(call);
  t.equal(happened(call), 0);
  t.same(outputs(call), []);
  await over(call);
});

await t.test('three faults in a row end the call with words', async (t) => {
  const call = await talk.greetedCall(script(...Array.from({ length: 5 }, () => [calls('open_door', {})])));
  await call.say('お願いします。');
  await hears(call, 'こちらの都合でお電話を終了いたします');
  await talk.pass(1_000);
  await call.ended();
  t.equal(outputs(call).length, 3);
  t.same(alarms(talk.lines, call.id), ['tools_failing']);
  t.match(await talk.stored(call), { endReason: 'internal_error', endDetail: 'tools_failing' });
});

const goodbye = { name: 'end_call', arguments: '{"outcome":"other"}' };

for (const name of ['rejects', 'refuses', 'open_door']) {
  await t.test(`a call does not end on what the caller has not been told: ${name}`, async (t) => {
    const failing = { name, arguments: '{}' };
    for (const parts of [
      [failing, goodbye],
      [goodbye, failing],
    ]) {
      const call = await making(...parts);
      await hears(call, 'さて');
      t.same(asked(call), ['greeting', 'tool_result']);
      t.equal(outputs(call).filter(({ ok }) => ok === false).length, 2, 'nor is the model told that it ends');
      t.equal(call.state, 'accepted');
      await over(call);
    }
  });
}

await t.test('a call does not end on a question', async (t) => {
  const call = await making(goodbye, { name: 'asks', arguments: '{}' });
  await hears(call, 'よろしいでしょうか');
  t.same(asked(call), ['greeting', 'read_back']);
  t.match(outputs(call), [{ ok: true }, { ok: false, error: 'not_ended' }]);
  await over(call);
});

await t.test('a call ends on what has succeeded', async (t) => {
  const call = await making({ name: 'note', arguments: '{}' }, goodbye);
  await until(() => asked(call).length === 2, 'the goodbye');
  t.same(asked(call), ['greeting', 'closing']);
  t.same(outputs(call), [{ ok: true }, { ok: true }]);
  await over(call);
});

await t.test('three faults in a row end the call with words, whether or not it was to end', async (t) => {
  const call = await talk.greetedCall(
    script(
      ...Array.from({ length: 5 }, () => [calls('open_door', {}), calls('end_call', { outcome: 'other' })]),
    ),
  );
  await call.say('お願いします。');
  await hears(call, 'こちらの都合でお電話を終了いたします');
  await talk.pass(1_000);
  await call.ended();
  t.match(await talk.stored(call), { endReason: 'internal_error', endDetail: 'tools_failing' });
});

await t.test("a tool's own refusals do not end the call", async (t) => {
  const call = await talk.greetedCall(
    script(...Array.from({ length: 4 }, () => [calls('refuses', {})]), [{ say: 'さて。' }]),
  );
  await call.say('お願いします。');
  await hears(call, 'さて');
  t.equal(outputs(call).length, 4);
  await over(call);
});

await t.test('what a tool has done when the caller hangs up stays done, and is stored', async (t) => {
  const call = await making({ name: 'slow', arguments: '{}' });
  await until(() => waiting.has(call.id), 'the tool');
  call.hangUp();
  await talk.stored(call);
  waiting.get(call.id)?.();
  await until(() => happened(call) === 1, 'the effect');
  await settled(call);
  t.match(await store.listToolCalls(call.id), [{ name: 'slow', status: 'ok', output: '{"ok":true}' }]);
  t.same(outputs(call), [], 'there is nobody to tell');
});

await t.test('a model that has lost its way gets thirty function calls, and no more', async (t) => {
  const call = await making(
    ...Array.from({ length: 31 }, (_, index) => ({ name: 'note', arguments: `{"word":"${index}"}` })),
  );
  await hears(call, 'さて');
  t.equal(happened(call), 30);
  t.match(
    outputs(call).filter(({ ok }) => ok === false),
    [{ error: 'too_many_function_calls' }],
  );
  await over(call);
});
