import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import type { CallState } from '../../../src/store/ports.ts';
import { COMPLETED, claimed, truncate, type ContractModel } from '../fixtures.ts';

const OPEN: readonly CallState[] = ['claimed', 'accepting', 'accepted', 'live', 'ending'];
const ANY: readonly CallState[] = [...OPEN, 'ended', 'rejected', 'missed', 'failed'];

export async function lifecycleContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('a transition moves the call and sets its fields', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.transition(id, 1, ['claimed'], 'accepting'), true);
    t.equal(
      await store.calls.transition(id, 1, ['accepting'], 'accepted', { acceptedAt: 1_790_000_000_123 }),
      true,
    );
    t.equal(await store.calls.transition(id, 1, ['accepted'], 'live', { noticeProof: 'played' }), true);
    t.match(await store.calls.getCall(id), {
      state: 'live',
      acceptedAt: 1_790_000_000_123,
      liveAt: null,
      noticeProof: 'played',
    });
  });

  await t.test('a transition of another epoch changes nothing', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.transition(id, 2, ['claimed'], 'accepting'), false);
    t.equal((await store.calls.getCall(id))?.state, 'claimed');
  });

  await t.test('a transition from a state that the call is not in changes nothing', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.transition(id, 1, ['accepting', 'accepted'], 'live'), false);
    t.equal((await store.calls.getCall(id))?.state, 'claimed');
  });

  await t.test('a call does not go back, except from the goodbye to the conversation', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    await store.calls.transition(id, 1, ANY, 'live');
    t.equal(await store.calls.transition(id, 1, ANY, 'accepting'), false);
    await store.calls.transition(id, 1, ANY, 'ending');
    t.equal(await store.calls.transition(id, 1, ANY, 'accepted'), false);
    t.equal(await store.calls.transition(id, 1, ['ending'], 'live'), true);
  });

  await t.test('a final state is not reached without its reason', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.transition(id, 1, ANY, 'ended'), false);
    t.equal((await store.calls.getCall(id))?.state, 'claimed');
  });

  await t.test('a call is finished once and then nothing moves it', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.finishCall(id, 1, COMPLETED), true);
    t.equal(await store.calls.finishCall(id, 1, { ...COMPLETED, reason: 'sideband_lost' }), false);
    t.equal(await store.calls.setCallFields(id, 1, { noticeProof: 'played' }), false);
    for (const to of OPEN) t.equal(await store.calls.transition(id, 1, ANY, to), false, `not to ${to}`);
    t.match(await store.calls.getCall(id), {
      state: 'ended',
      endReason: 'completed',
      endParty: 'agent',
      endedAt: COMPLETED.endedAt,
      noticeProof: 'pending',
    });
  });

  await t.test('of 20 ends at once exactly one is stored', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    const results = await Promise.all(
      Array.from({ length: 20 }, () => store.calls.finishCall(id, 1, COMPLETED)),
    );
    t.equal(results.filter(Boolean).length, 1);
  });

  await t.test('an end of another epoch changes nothing', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    t.equal(await store.calls.finishCall(id, 7, COMPLETED), false);
  });

  await t.test('fields that are not named stay as they are', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    await store.calls.setCallFields(id, 1, { liveAt: 1_790_000_000_500, noticeVersion: 'n1' });
    t.equal(await store.calls.setCallFields(id, 1, { noticePlayedAt: 1_790_000_000_900 }), true);
    t.match(await store.calls.getCall(id), {
      liveAt: 1_790_000_000_500,
      noticePlayedAt: 1_790_000_000_900,
      noticeVersion: 'n1',
      noticeProof: 'pending',
    });
    t.equal(await store.calls.setCallFields(id, 2, { noticeProof: 'cut' }), false);
  });
}
