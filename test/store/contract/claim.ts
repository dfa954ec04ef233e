import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { claimOf, count, truncate, type ContractModel } from '../fixtures.ts';

const RIVALS = 200;

export async function claimContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('the first claim of a call owns it with epoch 1', async (t) => {
    await truncate(store);
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'claimed', epoch: 1 });
    const call = await store.calls.getCall('rtc_a');
    t.match(call, {
      callId: 'rtc_a',
      state: 'claimed',
      epoch: 1,
      node: 'node-a',
      callerNumber: '+819011112222',
      callerWithheld: false,
      dialledNumber: '+815033334444',
      sipCallId: 'sip_a',
      carrierCallId: 'CAa',
      scenario: 'attendance-ja',
      scenarioVersion: 'v1',
      eventCreatedAt: 1_790_000_000_000,
      acceptedAt: null,
      endedAt: null,
      endReason: null,
      noticeProof: 'pending',
      costUsd: 0,
    });
    t.type(call?.claimedAt, 'number');
  });

  await t.test('a delivery that is repeated is a duplicate', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a'));
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'duplicate' });
    t.equal(await count(store, 'inbox'), 1);
  });

  await t.test('a known delivery id does not open another call', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a'));
    t.same(await store.calls.claimCall(claimOf('b', { webhookId: 'wh_a' })), { outcome: 'duplicate' });
    t.equal(await store.calls.getCall('rtc_b'), null);
  });

  await t.test('a new delivery of a known call is recorded and not claimed', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a'));
    t.same(await store.calls.claimCall(claimOf('a', { webhookId: 'wh_2' })), { outcome: 'duplicate' });
    t.equal(await count(store, 'inbox'), 2);
    t.equal(await count(store, 'calls'), 1);
  });

  await t.test('the same INVITE under another call id is recorded and not claimed', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a'));
    t.same(await store.calls.claimCall(claimOf('b', { sipCallId: 'sip_a' })), { outcome: 'duplicate' });
    t.equal(await count(store, 'inbox'), 2);
    t.equal(await store.calls.getCall('rtc_b'), null);
  });

  await t.test('calls without a SIP Call-ID are not taken for each other', async (t) => {
    await truncate(store);
    for (const name of ['a', 'b', 'c']) {
      t.match(await store.calls.claimCall(claimOf(name, { sipCallId: null })), { outcome: 'claimed' });
    }
  });

  await t.test(`of ${RIVALS} equal claims at once exactly one wins`, async (t) => {
    await truncate(store);
    const results = await Promise.all(
      Array.from({ length: RIVALS }, () => store.calls.claimCall(claimOf('a'))),
    );
    t.equal(results.filter((result) => result.outcome === 'claimed').length, 1);
    t.equal(await count(store, 'calls'), 1);
  });

  await t.test(`of ${RIVALS} different deliveries of one call at once exactly one wins`, async (t) => {
    await truncate(store);
    const inputs = Array.from({ length: RIVALS }, (_, i) =>
      claimOf('a', { webhookId: `wh_${i}`, callId: `rtc_${i % 2}` }),
    );
    const results = await Promise.all(inputs.map((input) => store.calls.claimCall(input)));
    t.equal(results.filter((result) => result.outcome === 'claimed').length, 1);
    t.equal(await count(store, 'calls'), 1);
    t.equal(await count(store, 'inbox'), RIVALS);
  });

  await t.test('a stale call is final from its claim on', async (t) => {
    await truncate(store);
    await store.calls.claimCall(claimOf('a', { state: 'missed', endReason: 'stale' }));
    const call = await store.calls.getCall('rtc_a');
    t.match(call, { state: 'missed', endReason: 'stale' });
    t.type(call?.endedAt, 'number');
    t.equal(await store.calls.transition('rtc_a', 1, ['claimed', 'missed'], 'accepting'), false);
  });
}
