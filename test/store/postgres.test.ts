import { sql } from 'kysely';
import t from 'tap';
import { LEASE_MS } from '../../src/call/owner-rules.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { storeContract } from './contract.ts';
import { openTestStore } from './fixtures.ts';
import { withPostgres } from './postgres.ts';

await withPostgres(t, async (databaseUrl) => {
  await t.test('two processes that start at once apply the migrations once', async (t) => {
    const stores = await Promise.all([openTestStore({ databaseUrl }), openTestStore({ databaseUrl })]);
    const { rows } = await sql`select name from kysely_migration order by name`.execute(stores[0].db);
    t.same(
      rows,
      Object.keys(MIGRATIONS).map((name) => ({ name })),
    );
    await Promise.all(stores.map((store) => store.close()));
  });

  await t.test('a later start applies nothing and loses nothing', async (t) => {
    const store = await openTestStore({ databaseUrl });
    const { rows } = await sql`select name from kysely_migration order by name`.execute(store.db);
    t.equal(rows.length, Object.keys(MIGRATIONS).length);
    await store.close();
  });

  await t.test('connections are named and bounded in time', async (t) => {
    const store = await openTestStore({ databaseUrl });
    const { rows } = await sql`
      select current_setting('application_name') as name, current_setting('statement_timeout') as statement,
        current_setting('idle_in_transaction_session_timeout') as idle`.execute(store.db);
    t.same(rows, [{ name: 'denwaban', statement: '1s', idle: '2s' }]);
    t.ok(2_000 < LEASE_MS, 'a process that froze keeps no call from its next owner');
    await store.close();
  });

  await t.test('both engines return instants as Date and counts and money as number', async (t) => {
    const store = await openTestStore({ databaseUrl });
    const { rows } = await sql`
      select 9007199254740991::int8 as big, 0.000012::numeric as money, to_timestamp(1.5) as instant`.execute(
      store.db,
    );
    t.same(rows, [{ big: Number.MAX_SAFE_INTEGER, money: 0.000_012, instant: new Date(1_500) }]);
    await store.close();
  });

  const store = await openTestStore({ databaseUrl });
  await storeContract(t, store);
  await store.close();
});

await t.test('an address that is none is refused without being shown', async (t) => {
  const databaseUrl = 'mysql://user:hunter2@host/name';
  await t.rejects(openTestStore({ databaseUrl }), {
    code: 'DW_CONFIG',
    message: /^(?!.*hunter2).*postgres:\/\//,
  });
});

await t.test('a server that does not answer is an outage', async (t) => {
  const databaseUrl = 'postgres://postgres@127.0.0.1:1/none';
  await t.rejects(openTestStore({ databaseUrl }), { code: 'DW_STORE_UNAVAILABLE', retryable: true });
});
