import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import type { CallEnd, ClaimInput, ClaimResult, SeatLimits } from '../../../src/store/ports.ts';
import { claimOf, COMPLETED, truncate, type ContractModel } from '../fixtures.ts';

const NONE: SeatLimits = { fleet: 0, perNumber: 0, perCaller: 0, perCallerAndHour: 0 };
const RIVALS = 200;
const OTHER = '+819055556666';

/** How many calls there may be over all nodes. */
export async function capacityContract(t: Test, store: Store | ContractModel): Promise<void> {
  let serial = 0;
  const claim = async (
    limits: Partial<SeatLimits>,
    changes: Partial<ClaimInput> = {},
  ): Promise<ClaimResult & { callId: string }> => {
    serial += 1;
    const input = claimOf(`place_${serial}`, { limits: { ...NONE, ...limits }, ...changes });
    return { ...(await store.calls.claimCall(input)), callId: input.callId };
  };
  const end = async (callId: string, state: CallEnd['state'] = 'ended'): Promise<boolean> =>
    store.calls.finishCall(callId, 1, { ...COMPLETED, state });
  const refusals = (results: readonly ClaimResult[]): string[] =>
    results.map((result) => (result.outcome === 'claimed' ? (result.refusal ?? 'a place') : result.outcome));

  for (const [name, limits, refusal, elsewhere] of [
    ['all nodes', { fleet: 7 }, 'fleet_full', {}],
    ['a dialled number', { perNumber: 7 }, 'number_full', { dialledNumber: OTHER }],
    ['a caller', { perCaller: 7 }, 'caller_busy', { callerNumber: OTHER }],
    ['a caller within an hour', { perCallerAndHour: 7 }, 'too_many_calls', { callerNumber: OTHER }],
  ] as const) {
    await t.test(
      `of ${RIVALS} calls at once ${name} may have, exactly as many as the limit find a place`,
      async (t) => {
        await truncate(store);
        const results = await Promise.all(
          Array.from({ length: RIVALS }, (_, i) => claim(limits, { node: `node-${i % 3}` })),
        );
        const told = refusals(results);
        t.equal(told.filter((one) => one === 'a place').length, 7);
        t.equal(told.filter((one) => one === refusal).length, RIVALS - 7);
        const refused = results[told.indexOf(refusal)]?.callId ?? '';
        t.match(
          await store.calls.getCall(refused),
          { state: 'claimed', seatRefusal: refusal },
          'as it is stored',
        );
        if (name !== 'all nodes')
          t.same(refusals([await claim(limits, elsewhere)]), ['a place'], 'for others it is open');
      },
    );
  }

  for (const state of ['ended', 'missed', 'failed', 'rejected'] as const) {
    await t.test(`a call that is ${state} gives its places back`, async (t) => {
      await truncate(store);
      const limits = { fleet: 1, perNumber: 1, perCaller: 1 };
      const first = await claim(limits);
      t.same(refusals([first, await claim(limits)]), ['a place', 'caller_busy']);
      await end(first.callId, state);
      t.same(refusals([await claim(limits), await claim(limits)]), ['a place', 'caller_busy']);
    });
  }

  await t.test('a call of a node that died holds its place until somebody ends it, and once', async (t) => {
    await truncate(store);
    const orphan = await claim({ fleet: 1 }, { leaseMs: -1_000 });
    t.same(refusals([await claim({ fleet: 1 })]), ['fleet_full']);
    await store.calls.takeLapsedCalls('node-b', 60_000, 10);
    t.equal(await end(orphan.callId), false, 'the old owner gives nothing back');
    t.same(refusals([await claim({ fleet: 1 })]), ['fleet_full']);
    await store.calls.finishCall(orphan.callId, 2, COMPLETED);
    t.same(refusals([await claim({ fleet: 1 })]), ['a place']);
  });

  await t.test('a call that is refused takes no place, told or not', async (t) => {
    await truncate(store);
    t.same(refusals([await claim({ fleet: 1 }, { refused: true })]), ['a place'], 'no limit was asked');
    t.same(refusals([await claim({ fleet: 1 })]), ['a place']);
    t.same(refusals([await claim({ fleet: 1 }), await claim({ fleet: 1 })]), ['fleet_full', 'fleet_full']);
    t.same(refusals([await claim({ fleet: 2 })]), ['a place'], 'those who were refused are not counted');
  });

  await t.test('a call that came too late takes no place', async (t) => {
    await truncate(store);
    await claim({ fleet: 1 }, { state: 'missed', endReason: 'stale' });
    t.same(refusals([await claim({ fleet: 1, perCallerAndHour: 1 })]), ['a place']);
  });

  await t.test('a delivery that is repeated takes no second place', async (t) => {
    await truncate(store);
    const input = claimOf('again', { limits: { ...NONE, fleet: 2 } });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.calls.claimCall({ ...input, webhookId: `wh_${i}` })),
    );
    t.same(refusals([await claim({ fleet: 2 }), await claim({ fleet: 2 })]), ['a place', 'fleet_full']);
  });

  await t.test('callers and numbers that are not known are counted among all calls only', async (t) => {
    await truncate(store);
    const limits = { fleet: 3, perNumber: 1, perCaller: 1, perCallerAndHour: 1 };
    const nobody = { callerNumber: null, callerWithheld: true, dialledNumber: null };
    const results = [];
    for (let i = 0; i < 4; i += 1) results.push(await claim(limits, nobody));
    t.same(refusals(results), ['a place', 'a place', 'a place', 'fleet_full']);
  });

  // Nobody can make a call of the model older than it is.
  if (!('db' in store)) return;
  await t.test('calls of an hour ago do not count any more, rejected ones never did', async (t) => {
    await truncate(store);
    const limits = { perCallerAndHour: 1 };
    const rejected = await claim(limits);
    await end(rejected.callId, 'rejected');
    const answered = await claim(limits);
    await end(answered.callId);
    t.same(refusals([answered, await claim(limits)]), ['a place', 'too_many_calls']);
    await sql`update calls set claimed_at = claimed_at - interval '61 minutes'`.execute(store.db);
    t.same(refusals([await claim(limits)]), ['a place']);
  });
}
