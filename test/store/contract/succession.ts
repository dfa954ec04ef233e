import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { claimed, COMPLETED, truncate, type ContractModel } from '../fixtures.ts';

/** A lease that lapsed before it was given: no test waits for one. */
const LAPSED = -1_000;
const LEASE_MS = 60_000;

/** What one owner leaves to the next, and what it cannot do any more. */
export async function successionContract(t: Test, store: Store | ContractModel): Promise<void> {
  const { calls } = store;

  await t.test('what was handed over once is not handed over when its next owner dies', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    await calls.releaseCalls('node-a', [{ callId: id, epoch: 1 }]);
    await calls.takeLapsedCalls('node-b', LAPSED, 10);
    t.match(await calls.takeLapsedCalls('node-c', LEASE_MS, 10), [{ epoch: 3, handedOver: false }]);
  });

  await t.test('only its owner lets go of a call', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.same(await calls.releaseCalls('node-b', [{ callId: id, epoch: 1 }]), [], 'another node');
    t.same(await calls.releaseCalls('node-a', [{ callId: id, epoch: 2 }]), [], 'another epoch');
    t.same(await calls.takeLapsedCalls('node-b', LEASE_MS, 10), []);
  });

  await t.test('who has attached to a call that was let go of is found when that is stored', async (t) => {
    await truncate(store);
    const [left, over] = [await claimed(store, 'a'), await claimed(store, 'b')];
    const seats = [left, over].map((callId) => ({ callId, epoch: 1 }));
    const progress = async (epoch: number) =>
      calls.appendTranscript([], [], [{ callId: left, epoch, body: { phase: 'conversing' } }]);
    await progress(1);
    await calls.releaseCalls('node-a', seats);
    t.same(await calls.findSuccessors(seats), [], 'nobody has taken it');
    await calls.takeLapsedCalls('node-b', LEASE_MS, 10);
    t.same(await calls.findSuccessors(seats), [], 'nobody has attached');
    await progress(2);
    t.same(await calls.findSuccessors(seats), [{ callId: left, epoch: 2 }]);
    await calls.finishCall(over, 2, COMPLETED);
    t.same(await calls.findSuccessors(seats.slice(1)), [{ callId: over, epoch: 2 }], 'nobody will');
  });

  await t.test('a call that this process serves is not taken by it', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    t.same(await calls.takeLapsedCalls('node-a', LEASE_MS, 10, [id]), []);
    t.match(await calls.takeLapsedCalls('node-a', LEASE_MS, 10, ['rtc_other']), [{ callId: id }]);
  });

  await t.test('how far a call has come is read back, and is as old as the call', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.match(await calls.readProgress(id), { body: null });
    const body = { phase: 'conversing', list: [1, null], nested: { a: 'あ' } };
    await calls.appendTranscript([], [], [{ callId: id, epoch: 1, body }]);
    const progress = await calls.readProgress(id);
    t.same(progress?.body, body);
    t.ok((progress?.ageMs ?? -1) >= 0);
    t.equal(await calls.readProgress('rtc_unknown'), null);
  });

  await t.test('an owner of before begins, holds and finishes no function call', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    const key = { callId: id, functionCallId: 'fc_1', epoch: 1 };
    t.same(await calls.beginToolCall(key, 'x', '{}', 1), { outcome: 'new' });
    await calls.takeLapsedCalls('node-b', LEASE_MS, 10);
    const lost = { code: 'DW_CALL_LOST' };
    await t.rejects(calls.beginToolCall({ ...key, functionCallId: 'fc_2', epoch: 1 }, 'x', '{}', 2), lost);
    await t.rejects(calls.finishToolCall(key, 'ok', '{}', 2), lost);
    await t.rejects(
      store.transact(async (inside) => inside.calls.holdToolCall(key)),
      lost,
    );
    t.match(await calls.listToolCalls(id), [{ functionCallId: 'fc_1', status: 'running' }]);
    const next = { ...key, epoch: 2 };
    t.same(await calls.beginToolCall(next, 'x', '{}', 3), { outcome: 'running' });
    t.equal(await calls.finishToolCall(next, 'ok', '{"b":1}', 4), '{"b":1}');
  });

  await t.test(
    'of two transactions that hold one function call the second sees what the first did',
    async (t) => {
      await truncate(store);
      const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
      await calls.beginToolCall(key, 'x', '{}', 1);
      const settle = async (output: string): Promise<string> =>
        store.transact(async (inside) => {
          const standing = await inside.calls.holdToolCall(key);
          if (standing.outcome === 'finished') return standing.output;
          return inside.calls.finishToolCall(key, 'ok', output, 2);
        });
      const [one, two] = await Promise.all([settle('one'), settle('two')]);
      t.equal(one, two);
    },
  );

  await t.test('a message of a transaction that fails is not there', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    const message = { callId, naturalKey: 'k', callerName: null, callbackNumber: null, body: 'x', at: 1 };
    const broken = store.transact(async (inside) => {
      await inside.calls.saveMessage(message);
      throw new RangeError('changed my mind');
    });
    await t.rejects(broken, { message: 'changed my mind' });
    t.same(await calls.listMessages(10), []);
  });
}
