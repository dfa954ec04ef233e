import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createAuditAnchors } from '../../src/store/audit/anchors.ts';
import { findCandidates } from '../../src/store/briefing/candidates.ts';
import { createRunner } from '../../src/store/operation.ts';
import type { Store } from '../../src/store/open.ts';
import { createRetentionStore } from '../../src/store/retention.ts';
import { createTransact } from '../../src/store/transaction.ts';
import { openTestStore, testSigner } from './fixtures.ts';
import { Overheard, rowsRead, stepsOf } from './plans.ts';
import { withPostgres } from './postgres.ts';

/** Rows of everything that a statement is not to read whole. */
const MANY = 3_000;

const parts = { clock: systemClock, random: systemRandom, claimTimeoutMs: 5_000, audit: testSigner };

/** What the store's operations work with, over a database that remembers what is sent through it. */
function overhear(store: Store) {
  const heard = new Overheard(store.db);
  const { db } = heard;
  const run = createRunner({ ...parts, repeat: 'never', onDone: () => undefined });
  const now = () => systemClock.now();
  const context = { ...parts, db, run, now, audit: null };
  return { heard, context, transact: createTransact({ ...parts, db }) };
}

/** A roster of made-up names: some are of many people, as names are. */
async function plantRoster(store: Store, people: number): Promise<void> {
  await store.upkeep(async (db) =>
    sql`
      insert into applicants (applicant_id, full_name, full_kana, kana_key, phones, source)
      select 'p' || n, '見本', key, key, '{}', 'test'
      from (
        select n, translate(left(md5((n * n % 601)::text), 4) || left(md5((n % 499)::text), 3),
          '0123456789abcdef', 'アイカキクサシタナハマヤラワロン') as key
        from generate_series(1, ${people}::bigint) n
      ) named`.execute(db),
  );
  await sql`analyze applicants`.execute(store.db);
}

/** How little the statements read that must not grow with the store. */
async function planContract(t: Test, store: Store, people: number): Promise<void> {
  await t.test(`a name among ${people} is looked up, not compared with everybody's`, async (t) => {
    await plantRoster(store, people);
    for (const kana of ['ヤマタアロウ', 'サトウ', 'ハシケンイチロウ']) {
      const { heard, context } = overhear(store);
      const query = { kana, university: null, briefingId: null, slotId: null, limit: 30 };
      await heard.db.transaction().execute(async (db) => findCandidates({ ...context, db }, query));
      const [search] = heard.statements(/from applicants/);
      if (search === undefined) throw new TypeError('nobody was looked for');
      const steps = await stepsOf(store.db, search, heard.statements(/set_config/));
      t.notOk(
        steps.some((step) => step['Node Type'] === 'Seq Scan'),
        `${kana}: by its index`,
      );
      const read = rowsRead(steps, 'applicants');
      t.ok(read < people / 5, `${kana}: ${read} people`);
    }
  });

  await t.test('a batch of retention reads the calls that it empties, however many are due', async (t) => {
    await sql`
      insert into calls (call_id, state, node, claim_token, lease_until, caller_withheld, scenario,
        scenario_version, event_created_at, claimed_at, ended_at, end_reason)
      select 'rtc_' || n, 'ended', 'n', 't', now(), true, 's', 'v', now(), now() - interval '100 days', now(),
        'completed'
      from generate_series(1, ${MANY}::integer) n`.execute(store.db);
    await sql`
      insert into turns (call_id, turn_key, sequence, role, text, status, started_at, ended_at)
      select 'rtc_' || n, 'k', 1, 'caller', 'はい', 'complete', now(), now()
      from generate_series(1, ${MANY}::integer) n`.execute(store.db);
    await sql`analyze`.execute(store.db);
    const { heard, context, transact } = overhear(store);
    const retention = createRetentionStore(context, transact, store.upkeep);
    const request = { kind: 'manual', day: '2026-12-02', at: 0, leaseMs: 60_000 } as const;
    const run = await retention.begin(request);
    if (run === null) throw new TypeError('no run');
    const now = systemClock.now();
    t.equal(await retention.remove(run, 'transcript', { cutoff: now - 1_000, now }, 10, 60_000), 10);
    const [removal] = heard.statements(/delete from "turns"/);
    if (removal === undefined) throw new TypeError('nothing was removed');
    const steps = await stepsOf(store.db, removal);
    for (const table of ['calls', 'turns']) {
      const read = rowsRead(steps, table);
      t.ok(read > 0 && read < 200, `${read} rows of ${table}`);
    }
  });

  await t.test('sealing the days of the desk reads the chains of the desk', async (t) => {
    await sql`
      insert into audit_chains (chain, mac, key_id)
      select case when n <= 3 then 'desk/2026-01-0' || n else 'call/rtc_' || n end, '', 'k'
      from generate_series(1, ${MANY}::integer) n`.execute(store.db);
    await sql`analyze`.execute(store.db);
    const { heard, transact } = overhear(store);
    await createAuditAnchors(heard.db, transact, testSigner).anchor('2026-01-03', 0, async () => undefined);
    const [search] = heard.statements(/chain like 'desk/);
    if (search === undefined) throw new TypeError('no day was looked for');
    const read = rowsRead(await stepsOf(store.db, search), 'audit_chains');
    t.ok(read < 20, `${read} rows`);
  });
}

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await planContract(t, store, 20_000);
  await store.close();
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('server', async (t) => {
    const store = await openTestStore({ databaseUrl });
    await planContract(t, store, 100_000);
    await store.close();
  });
});
