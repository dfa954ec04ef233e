import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { claimed, COMPLETED, STANDING, truncate } from '../fixtures.ts';

const MAX_MS = 600_000;

/** The last resort against calls that nobody ends. */
export async function reaperContract(t: Test, store: Store): Promise<void> {
  const age = async (callId: string, ms: number): Promise<void> => {
    await sql`update calls set claimed_at = clock_timestamp() - ${ms}::float8 * interval '1 millisecond'
      where call_id = ${callId}`.execute(store.db);
  };

  await t.test('a call that is too long is ended in every state, over its owner’s head', async (t) => {
    await truncate(store);
    const live = await claimed(store, 'live');
    await store.calls.transition(live, 1, ['claimed'], 'live');
    const ending = await claimed(store, 'ending');
    await store.calls.transition(ending, 1, ['claimed'], 'ending');
    const ringing = await claimed(store, 'ringing');
    const young = await claimed(store, 'young');
    for (const callId of [live, ending, ringing]) await age(callId, MAX_MS + 1);
    await age(young, MAX_MS - 10_000);
    const { reaped, overMax } = await store.reaper.reap(MAX_MS, MAX_MS);
    t.same(new Set(reaped), new Set([live, ending, ringing]));
    t.equal(overMax, 0);
    for (const callId of [live, ending])
      t.match(await store.calls.getCall(callId), {
        state: 'ended',
        endReason: 'max_duration',
        endParty: 'denwaban',
        endDetail: 'reaped',
      });
    t.match(await store.calls.getCall(ringing), { state: 'missed', endReason: 'process_lost' });
    t.match(await store.calls.getCall(young), { state: 'claimed', epoch: 1 });
    t.equal(await store.calls.finishCall(live, 1, COMPLETED), false, 'the owner has no say any more');
    t.same(
      (await store.calls.renewLeases('node-a', [{ callId: live, epoch: 1 }], 60_000, STANDING)).ours,
      [],
    );
    t.same((await store.reaper.reap(MAX_MS, MAX_MS)).reaped, [], 'once');
  });

  await t.test('of many nodes at once one ends a call', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    await age(callId, MAX_MS + 1);
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => store.reaper.reap(MAX_MS, MAX_MS)),
    );
    t.same(
      results.flatMap(({ reaped }) => reaped),
      [callId],
    );
  });

  await t.test('what is too old and open still is counted', async (t) => {
    await truncate(store);
    await age(await claimed(store, 'a'), 2_000);
    t.same(await store.reaper.reap(60_000, 1_000), { reaped: [], overMax: 1 });
  });
}
