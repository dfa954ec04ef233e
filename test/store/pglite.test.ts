import { sql } from 'kysely';
import t from 'tap';
import { CHECKPOINT_INTERVAL_MS } from '../../src/store/checkpoint.ts';
import type { CallRecord } from '../../src/store/ports.ts';
import { TRANSACTION_TIMEOUT_MS } from '../../src/store/transaction.ts';
import { VACUUM_INTERVAL_MS, VACUUM_RETRY_MS } from '../../src/store/vacuum.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { storeContract } from './contract.ts';
import { silentLog } from '../../src/lib/log.ts';
import { claimOf, openTestStore, truncate } from './fixtures.ts';
import { ManualClock } from './manual-clock.ts';

const CLAIM_TIMEOUT_MS = 500;
const clock = new ManualClock();
let busy = false;
const store = await openTestStore({ clock, claimTimeoutMs: CLAIM_TIMEOUT_MS, busy: () => busy });
t.teardown(async () => store.close());

await storeContract(t, store);

await t.test('the migrations are applied once', async (t) => {
  await migrate(store.db, silentLog);
  const { rows } = await sql`select name from kysely_migration order by name`.execute(store.db);
  t.same(
    rows,
    Object.keys(MIGRATIONS).map((name) => ({ name })),
  );
});

await t.test('both engines return instants as Date and counts and money as number', async (t) => {
  const { rows } = await sql`
    select 9007199254740991::int8 as big, 0.000012::numeric as money, to_timestamp(1.5) as instant`.execute(
    store.db,
  );
  t.same(rows, [{ big: Number.MAX_SAFE_INTEGER, money: 0.000_012, instant: new Date(1_500) }]);
});

await t.test('work that waits for a statement outside of its transaction is ended', async (t) => {
  await truncate(store);
  let outside: Promise<unknown> | undefined;
  const stuck = store.transact(async ({ calls }) => {
    await calls.claimCall(claimOf('a'));
    outside = store.db.selectFrom('calls').selectAll().execute();
    clock.advance(TRANSACTION_TIMEOUT_MS);
    await outside;
  });
  await t.rejects(stuck, { code: 'DW_STORE_UNAVAILABLE', message: /outside/ });
  t.same(await outside, [], 'the transaction was rolled back and the statement went through');
});

await t.test('an operation that gets no answer in its deadline is an outage', async (t) => {
  await store.transact(async () => {
    const late = store.calls.ping();
    clock.advance(1_500);
    await t.rejects(late, { code: 'DW_STORE_UNAVAILABLE', message: /ping.*1500 ms/ });
  });
});

await t.test('a claim that is stored after its deadline is left to the next sweep', async (t) => {
  await truncate(store);
  await store.transact(async () => {
    const late = store.calls.claimCall(claimOf('late'));
    clock.advance(CLAIM_TIMEOUT_MS);
    await t.rejects(late, { code: 'DW_STORE_UNAVAILABLE' });
  });
  let taken: CallRecord[] = [];
  for (let look = 0; look < 20 && taken.length === 0; look += 1) {
    taken = await store.calls.takeLapsedCalls('node-b', 60_000, 10);
  }
  t.match(taken, [{ callId: 'rtc_late', epoch: 2 }]);
});

await t.test('a checkpoint is written every few minutes', async (t) => {
  const before = await lastCheckpoint();
  await store.calls.claimCall(claimOf('checkpoint'));
  t.equal(await lastCheckpoint(), before, 'none by itself');
  clock.advance(CHECKPOINT_INTERVAL_MS);
  t.not(await lastCheckpoint(), before);
});

await t.test('the tables are vacuumed hourly, but not while a call is live', async (t) => {
  busy = true;
  clock.advance(VACUUM_INTERVAL_MS);
  for (let look = 0; look < 50; look += 1) await store.calls.ping();
  t.equal(await vacuumed(), 0, 'a call is live');
  busy = false;
  clock.advance(VACUUM_RETRY_MS);
  for (let look = 0; look < 50; look += 1) await store.calls.ping();
  t.ok((await vacuumed()) >= 6);
});

async function lastCheckpoint(): Promise<string | undefined> {
  const { rows } = await sql<{ lsn: string }>`
    select checkpoint_lsn::text as lsn from pg_control_checkpoint()`.execute(store.db);
  return rows[0]?.lsn;
}

/** How many tables have been vacuumed: one that never was has -1 as its estimate of rows. */
async function vacuumed(): Promise<number> {
  const { rows } = await sql<{ tables: number }>`
    select count(*) as tables from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and reltuples >= 0`.execute(store.db);
  return rows[0]?.tables ?? 0;
}
