import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import type { NodeStanding } from '../../../src/store/ports.ts';
import { COMPLETED, STANDING, claimed, truncate, turnOf, usageOf, type ContractModel } from '../fixtures.ts';

/** A lease that lapsed before it was given: no test waits for one. */
const LAPSED = -1_000;
const AT = 1_790_000_000_000;

/** What a node may still write of a call that another one has taken: nothing. */
export async function ownershipContract(t: Test, store: Store | ContractModel): Promise<void> {
  const { calls } = store;

  await t.test('nothing that an old owner writes after a takeover is stored', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    const begun = { callId: id, functionCallId: 'call_begun', epoch: 1 };
    await calls.beginToolCall(begun, 'take_message', '{}', AT);
    await calls.appendTranscript([], [], [{ callId: id, epoch: 1, body: { step: 'old' } }]);
    await calls.takeLapsedCalls('node-b', 60_000, 10);

    t.equal(await calls.transition(id, 1, ['claimed'], 'live'), false);
    t.equal(await calls.setCallFields(id, 1, { noticeProof: 'played' }), false);
    t.equal(await calls.finishCall(id, 1, COMPLETED), false);
    await calls.appendTranscript(
      [turnOf(id, 'item_1', { epoch: 1 })],
      [usageOf(id, 'resp_1', { epoch: 1 })],
      [{ callId: id, epoch: 1, body: { step: 'older still' } }],
    );
    const late = { callId: id, functionCallId: 'call_late', epoch: 1 };
    await t.rejects(calls.beginToolCall(late, 'take_message', '{}', AT), { code: 'DW_CALL_LOST' });
    await t.rejects(calls.finishToolCall(begun, 'ok', '{}', AT), { code: 'DW_CALL_LOST' });
    await t.rejects(
      store.transact(async (transaction) => transaction.calls.holdToolCall(begun)),
      { code: 'DW_CALL_LOST' },
    );
    t.same((await calls.renewLeases('node-a', [{ callId: id, epoch: 1 }], 60_000, STANDING)).ours, []);
    t.same(await calls.releaseCalls('node-a', [{ callId: id, epoch: 1 }]), []);
    const earlier = [{ callId: id, epoch: 1 }];
    t.same(
      (await calls.renewLeases('node-b', earlier, 60_000, STANDING)).ours,
      [],
      'nor its own, earlier one',
    );

    t.match(await calls.getCall(id), { state: 'claimed', epoch: 2, node: 'node-b', noticeProof: 'pending' });
    t.same(await calls.listTurns(id), []);
    t.same(await calls.listUsage(id), []);
    t.match(await calls.listToolCalls(id), [{ functionCallId: 'call_begun', status: 'running' }]);
    t.match(await calls.readProgress(id), { body: { step: 'old' } });
  });

  await t.test('the new owner goes on with what the old one stored', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a', { leaseMs: LAPSED });
    await calls.takeLapsedCalls('node-b', 60_000, 10);
    const key = { callId: id, functionCallId: 'call_1', epoch: 2 };
    t.same(await calls.beginToolCall(key, 'take_message', '{}', AT), { outcome: 'new' });
    t.equal(await calls.finishToolCall(key, 'ok', '{"ok":true}', AT), '{"ok":true}');
    await calls.appendTranscript(
      [turnOf(id, 'item_1', { epoch: 2 })],
      [usageOf(id, 'resp_1', { epoch: 2 })],
      [{ callId: id, epoch: 2, body: { step: 'new' } }],
    );
    t.equal((await calls.listTurns(id)).length, 1);
    t.equal((await calls.listUsage(id)).length, 1);
    const progress = await calls.readProgress(id);
    t.same(progress?.body, { step: 'new' });
    t.ok((progress?.ageMs ?? -1) >= 0);
    t.equal(await calls.finishCall(id, 2, COMPLETED), true);
    t.equal(await calls.readProgress(id), null, 'what was needed to go on is gone with the call');
  });

  await t.test(
    'a call that is handed over is taken at once, and told from one whose owner died',
    async (t) => {
      await truncate(store);
      const given = await claimed(store, 'given');
      const orphan = await claimed(store, 'orphan', { leaseMs: LAPSED });
      const seat = { callId: given, epoch: 1 };
      t.same(await calls.releaseCalls('node-a', [seat]), [given]);
      const taken = await calls.takeLapsedCalls('node-b', 60_000, 10);
      t.same(
        taken
          .map(({ callId, epoch, handedOver }) => [callId, epoch, handedOver])
          .sort(([a], [b]) => String(a).localeCompare(String(b))),
        [
          [given, 2, true],
          [orphan, 2, false],
        ],
      );
      t.same((await calls.renewLeases('node-a', [seat], 60_000, STANDING)).ours, []);
    },
  );

  await t.test('a node counts those that are there and do not stop, and not itself', async (t) => {
    await truncate(store);
    const peers = async (node: string, draining = false) =>
      (await calls.renewLeases(node, [], 60_000, { ...STANDING, draining })).peers;
    t.equal(await peers('node-a'), 0);
    t.equal(await peers('node-b'), 1);
    t.equal(await peers('node-a', true), 1);
    t.equal(await peers('node-b'), 0, 'who stops takes no calls');
    await calls.forgetNode('node-a');
    await calls.forgetNode('node-b');
    t.equal(await peers('node-c'), 0);
    await calls.forgetNode('node-c');
  });

  await t.test('a node learns whether another one that does not stop has room', async (t) => {
    await truncate(store);
    const roomBeside = async (node: string, standing: Partial<NodeStanding> = {}) =>
      (await calls.renewLeases(node, [], 60_000, { ...STANDING, ...standing })).roomElsewhere;
    const full = { room: false };
    t.equal(await roomBeside('node-a'), false, 'its own room is not meant');
    t.equal(await roomBeside('node-b', full), true);
    t.equal(await roomBeside('node-a', full), false, 'who fills up last knows that nobody is left');
    t.equal(await roomBeside('node-b', full), false, 'and the others hear of it');
    t.equal(await roomBeside('node-c', full), false);
    await roomBeside('node-a');
    t.equal(await roomBeside('node-b', full), true, 'one of several is enough');
    await roomBeside('node-a', { draining: true });
    t.equal(await roomBeside('node-b', full), false, 'who stops takes no calls');
    for (const node of ['node-a', 'node-b', 'node-c']) await calls.forgetNode(node);
  });
}
