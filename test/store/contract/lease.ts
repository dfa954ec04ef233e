import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { COMPLETED, STANDING, claimed, truncate, type ContractModel } from '../fixtures.ts';

/** A lease that lapsed before it was given: no test waits for one. */
const LAPSED = -1_000;

export async function leaseContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('a lapsed call is taken with the next epoch, and the old owner is shut out', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    const taken = await store.calls.takeLapsedCalls('node-b', 60_000, 10);
    t.match(taken, [{ callId: id, node: 'node-b', epoch: 2, state: 'claimed' }]);
    t.equal(await store.calls.transition(id, 1, ['claimed'], 'accepting'), false);
    t.equal(await store.calls.setCallFields(id, 1, { noticeProof: 'cut' }), false);
    t.equal(await store.calls.finishCall(id, 1, COMPLETED), false);
    t.equal(await store.calls.transition(id, 2, ['claimed'], 'accepting'), true);
  });

  await t.test('a call whose lease runs is not taken', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    t.same(await store.calls.takeLapsedCalls('node-b', 60_000, 10), []);
  });

  await t.test('a call that has been taken is not taken again while its new lease runs', async (t) => {
    await truncate(store);
    await claimed(store, 'a', { leaseMs: LAPSED });
    await store.calls.takeLapsedCalls('node-b', 60_000, 10);
    t.same(await store.calls.takeLapsedCalls('node-c', 60_000, 10), []);
  });

  await t.test('a finished call is never taken', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    await store.calls.finishCall(id, 1, COMPLETED);
    t.same(await store.calls.takeLapsedCalls('node-b', 60_000, 10), []);
  });

  await t.test('no more calls are taken than asked for', async (t) => {
    await truncate(store);
    for (const name of ['a', 'b', 'c']) await claimed(store, name, { leaseMs: LAPSED });
    t.equal((await store.calls.takeLapsedCalls('node-b', 60_000, 2)).length, 2);
    t.equal((await store.calls.takeLapsedCalls('node-b', 60_000, 2)).length, 1);
  });

  await t.test('sweepers at once take each call once', async (t) => {
    await truncate(store);
    for (let i = 0; i < 30; i += 1) await claimed(store, `n${i}`, { leaseMs: LAPSED });
    const sweeps = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.calls.takeLapsedCalls(`node-${i}`, 60_000, 10)),
    );
    const ids = sweeps.flat().map((call) => call.callId);
    t.equal(new Set(ids).size, ids.length);
    t.ok(ids.length >= 10, 'at least one sweeper got its share');
  });

  await t.test('a renewal keeps the lease and names the calls that are still ours', async (t) => {
    await truncate(store);
    const mine = await claimed(store, 'mine', { leaseMs: LAPSED });
    const lost = await claimed(store, 'lost', { node: 'node-b' });
    const over = await claimed(store, 'over');
    await store.calls.finishCall(over, 1, COMPLETED);
    const seats = [mine, lost, over, 'rtc_unknown'].map((callId) => ({ callId, epoch: 1 }));
    t.same((await store.calls.renewLeases('node-a', seats, 60_000, STANDING)).ours, [mine]);
    t.same(await store.calls.takeLapsedCalls('node-c', 60_000, 10), []);
  });

  await t.test('a renewal of no calls says that the node is there', async (t) => {
    t.same((await store.calls.renewLeases('node-a', [], 60_000, STANDING)).ours, []);
  });
}
