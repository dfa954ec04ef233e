import { sql } from 'kysely';
import t from 'tap';
import type { JobConnection } from '../../src/store/job-connection.ts';
import { openTestStore } from './fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());

const jobs = store.jobs as Extract<JobConnection, { kind: 'embedded' }>;

t.test('the embedded store lends its session to jobs', async (t) => {
  t.equal(jobs.kind, 'embedded');
  t.match(await jobs.executeSql('select $1::integer as n', [7]), { rows: [{ n: 7 }] });
});

t.test('a script gives the rows of all its statements', async (t) => {
  const { rows } = await jobs.executeSql('BEGIN; select 1 as n; select 2 as n; COMMIT;');
  t.same(rows, [{ n: 1 }, { n: 2 }]);
});

t.test('a script that fails leaves nothing, and no statement of others in its transaction', async (t) => {
  const script = jobs.executeSql('\n BEGIN;\n create table half (n integer); select 1 / 0;\n COMMIT;\n');
  const others = Array.from({ length: 20 }, async () => store.calls.ping());
  await t.rejects(script, { message: /division by zero/ });
  await Promise.all(others);
  const { rows } = await sql`select to_regclass('half') as found`.execute(store.db);
  t.same(rows, [{ found: null }]);
});

t.test('a script waits for the open transaction of a call, and cannot end it', async (t) => {
  let script: Promise<unknown> = Promise.resolve();
  await t.rejects(
    store.transact(async ({ trx }) => {
      await sql`create table kept (n integer)`.execute(trx);
      script = jobs.executeSql('BEGIN; select 1; COMMIT;');
      await sql`insert into kept values (1)`.execute(trx);
      throw new Error('rolled back');
    }),
    { message: 'rolled back' },
  );
  await script;
  const { rows } = await sql`select to_regclass('kept') as found`.execute(store.db);
  t.same(rows, [{ found: null }]);
});
