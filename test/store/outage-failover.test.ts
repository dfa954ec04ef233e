import { sql } from 'kysely';
import t from 'tap';
import type { Store } from '../../src/store/open.ts';
import { COMPLETED, claimOf, claimed, count, openTestStore, truncate } from './fixtures.ts';
import { administer, withPostgres } from './postgres.ts';
import { type TcpProxy, openTcpProxy } from './tcp-proxy.ts';

/** Connections of the pool of one process. */
const POOL = 10;

await withPostgres(t, async (databaseUrl) => {
  const server = new URL(databaseUrl);
  const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
  server.host = `127.0.0.1:${proxy.port}`;
  const store = await openTestStore({ databaseUrl: server.href, claimTimeoutMs: 1_000 });
  const alive = setInterval(() => undefined, 60_000);
  try {
    await failover(store, databaseUrl.slice(databaseUrl.lastIndexOf('/') + 1));
    await resets(store, proxy);
    await rivals(store);
  } finally {
    clearInterval(alive);
    await store.close();
    await proxy.close();
  }
});

/** Fills the pool with connections to a server that does not write; new ones are to one that does. */
async function demote(store: Store, database: string): Promise<void> {
  await administer(`alter database ${database} set default_transaction_read_only = on`);
  await administer(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'denwaban'
       and datname = '${database}'`,
  );
  // Each holds its connection until all have one.
  await Promise.allSettled(
    Array.from({ length: POOL }, async () => sql`select pg_sleep(0.2)`.execute(store.db)),
  );
  await Promise.all(Array.from({ length: POOL }, async () => sql`select pg_sleep(0.2)`.execute(store.db)));
  await administer(`alter database ${database} reset default_transaction_read_only`);
}

/** 41: the server that was written to is a read-only one now, and another one has taken its place. */
async function failover(store: Store, database: string): Promise<void> {
  await t.test('41: after a fail-over a claim finds the server that writes at its second try', async (t) => {
    await truncate(store);
    await demote(store, database);
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'claimed', epoch: 1 });
    const { rows } = await sql<{ mode: string }>`show transaction_read_only`.execute(store.db);
    t.match(rows, [{ transaction_read_only: 'off' }]);
    t.equal(await count(store, 'calls'), 1);
  });

  await t.test('41: after a fail-over a transaction is repeated as a whole, and once', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    await demote(store, database);
    let runs = 0;
    await store.transact(async ({ calls }) => {
      runs += 1;
      await calls.setCallFields('rtc_a', 1, { noticeProof: 'played' });
      await calls.finishCall('rtc_a', 1, COMPLETED);
    });
    t.equal(runs, 2);
    t.match(await store.calls.getCall('rtc_a'), { noticeProof: 'played', state: 'ended' });
  });

  await t.test('41: while no server writes, nothing is half done, and reading goes on', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    await administer(`alter database ${database} set default_transaction_read_only = on`);
    await administer(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'denwaban'
         and datname = '${database}'`,
    );
    let runs = 0;
    const change = store.transact(async ({ calls }) => {
      runs += 1;
      await calls.setCallFields('rtc_a', 1, { noticeProof: 'played' });
    });
    await t.rejects(change, { code: 'DW_STORE_UNAVAILABLE' });
    t.ok(runs <= 2, `${runs} tries`);
    t.match(await store.calls.getCall('rtc_a'), { noticeProof: 'pending', state: 'claimed' });
    await administer(`alter database ${database} reset default_transaction_read_only`);
    t.same(await store.calls.claimCall(claimOf('b')), { outcome: 'claimed', epoch: 1 });
  });
}

/** 41: the line is reset in the middle of a transaction. */
async function resets(store: Store, proxy: TcpProxy): Promise<void> {
  for (const [which, skip] of [
    ['begin', 0],
    ['first write', 1],
    ['second write', 2],
  ] as const) {
    await t.test(
      `41: a reset at the ${which} of a transaction is repaired on a new connection`,
      async (t) => {
        await truncate(store);
        await claimed(store, 'a');
        let runs = 0;
        const lost = proxy.loseNextAnswer(skip);
        await store.transact(async ({ calls }) => {
          runs += 1;
          await calls.setCallFields('rtc_a', 1, { noticeProof: 'played' });
          await calls.finishCall('rtc_a', 1, COMPLETED);
        });
        await lost;
        t.equal(runs, skip === 0 ? 1 : 2);
        t.match(await store.calls.getCall('rtc_a'), { noticeProof: 'played', state: 'ended' });
      },
    );
  }

  await t.test('42: a reset at the commit is reported, for nobody knows whether it was done', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    let runs = 0;
    const lost = proxy.loseNextAnswer(2);
    const change = store.transact(async ({ calls }) => {
      runs += 1;
      await calls.transition('rtc_a', 1, ['claimed'], 'accepting');
    });
    await t.rejects(change, { code: 'DW_STORE_UNAVAILABLE' });
    await lost;
    t.equal(runs, 1, 'not run again');
    t.match(await store.calls.getCall('rtc_a'), { state: 'accepting' });
  });

  await t.test(
    '41: a transaction whose line is reset again and again gives up, and nothing is left of it',
    async (t) => {
      await truncate(store);
      await claimed(store, 'a');
      let runs = 0;
      const change = store.transact(async ({ calls }) => {
        runs += 1;
        void proxy.loseNextAnswer();
        await calls.setCallFields('rtc_a', 1, { noticeProof: 'played' });
      });
      await t.rejects(change, { code: 'DW_STORE_UNAVAILABLE' });
      t.equal(runs, 2, 'once on a new connection');
      t.match(await store.calls.getCall('rtc_a'), { noticeProof: 'pending' });
    },
  );
}

/** 43: the server rolls back for a rival's sake. */
async function rivals(store: Store): Promise<void> {
  for (const [what, state] of [
    ['serialization failure', '40001'],
    ['deadlock', '40P01'],
  ] as const) {
    await t.test(`43: a ${what} is invisible: the transaction is repeated, up to three times`, async (t) => {
      await truncate(store);
      await claimed(store, 'a');
      let runs = 0;
      await store.transact(async ({ trx, calls }) => {
        runs += 1;
        await calls.setCallFields('rtc_a', 1, { noticeProof: 'played' });
        if (runs <= 3) await raise(state).execute(trx);
      });
      t.equal(runs, 4);
      t.match(await store.calls.getCall('rtc_a'), { noticeProof: 'played' });
      const always = store.transact(async ({ trx }) => {
        runs += 1;
        await raise(state).execute(trx);
      });
      await t.rejects(always, { code: 'DW_STORE_UNAVAILABLE' });
      t.equal(runs, 8);
    });
  }
}

function raise(state: string) {
  return sql.raw(`do $$ begin raise exception 'rival' using errcode = '${state}'; end $$`);
}
