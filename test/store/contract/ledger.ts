import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { asRead, claimed, count, truncate, type ContractModel } from '../fixtures.ts';

export async function ledgerContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('a function call is new once, then running, then finished with its output', async (t) => {
    await truncate(store);
    const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
    t.same(await store.calls.beginToolCall(key, 'confirm', '{"a":1}', 1_000), { outcome: 'new' });
    t.same(await store.calls.beginToolCall(key, 'confirm', '{"a":1}', 1_001), { outcome: 'running' });
    t.equal(await store.calls.finishToolCall(key, 'ok', '{"done":true}', 2_000), '{"done":true}');
    t.same(await store.calls.beginToolCall(key, 'confirm', '{"a":1}', 3_000), {
      outcome: 'finished',
      output: '{"done":true}',
      status: 'ok',
    });
    t.same(await store.calls.listToolCalls(key.callId), [
      {
        ...asRead(key),
        name: 'confirm',
        arguments: '{"a":1}',
        status: 'ok',
        output: '{"done":true}',
        startedAt: 1_000,
        finishedAt: 2_000,
      },
    ]);
  });

  await t.test('the first output of a function call stands', async (t) => {
    await truncate(store);
    const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
    await store.calls.beginToolCall(key, 'confirm', '{}', 1);
    const outputs = await Promise.all(
      ['one', 'two', 'three'].map((output) => store.calls.finishToolCall(key, 'ok', output, 2)),
    );
    t.equal(new Set(outputs).size, 1);
    t.equal(await store.calls.finishToolCall(key, 'failed', 'late', 3), outputs[0]);
    t.equal((await store.calls.listToolCalls(key.callId))[0]?.status, 'ok');
  });

  await t.test('of 50 begins at once exactly one is new', async (t) => {
    await truncate(store);
    const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
    const begins = await Promise.all(
      Array.from({ length: 50 }, () => store.calls.beginToolCall(key, 'x', '{}', 1)),
    );
    t.equal(begins.filter((begin) => begin.outcome === 'new').length, 1);
    t.equal(begins.filter((begin) => begin.outcome === 'running').length, 49);
  });

  await t.test('a function call that was never begun cannot be finished', async (t) => {
    await truncate(store);
    const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
    await t.rejects(store.calls.finishToolCall(key, 'ok', '{}', 1), { code: 'DW_TOOL' });
  });

  await t.test('a message is stored once for its natural key', async (t) => {
    await truncate(store);
    const input = {
      callId: await claimed(store, 'a'),
      naturalKey: 'late',
      callerName: '山田太郎',
      callbackNumber: '+819011112222',
      body: '遅れます',
      at: 1_790_000_000_000,
    };
    const first = await store.calls.saveMessage(input);
    t.equal(first.duplicate, false);
    const rivals = await Promise.all(
      Array.from({ length: 10 }, () => store.calls.saveMessage({ ...input, body: 'やはり欠席' })),
    );
    for (const rival of rivals) t.same(rival, { messageId: first.messageId, duplicate: true });
    t.same(await store.calls.listMessages(10), [{ messageId: first.messageId, ...input }]);
  });

  await t.test('messages are listed newest first', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    for (const at of [1, 3, 2]) {
      const message = { callId, naturalKey: `k${at}`, callerName: null, callbackNumber: null, body: 'x', at };
      await store.calls.saveMessage(message);
    }
    t.same(
      (await store.calls.listMessages(2)).map((message) => message.at),
      [3, 2],
    );
  });

  await t.test('a mistake in a statement is no outage, and its error carries no values', async (t) => {
    await truncate(store);
    const message = {
      callId: 'rtc_none',
      naturalKey: 'k',
      callerName: 'ヒミツ',
      callbackNumber: null,
      body: 'ヒミツ',
      at: 1,
    };
    const error: unknown = await store.calls.saveMessage(message).catch((thrown: unknown) => thrown);
    t.match(error, { code: '23503' });
    t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /ヒミツ|rtc_none/);
    t.equal(await count(store, 'messages'), 0);
  });
}
