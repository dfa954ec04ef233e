import t from 'tap';
import { openTestStore } from './fixtures.ts';
import { administer, withPostgres } from './postgres.ts';
import { openTcpProxy } from './tcp-proxy.ts';

await withPostgres(t, async (databaseUrl) => {
  await t.test('200 transactions at once all wait for their turn', async (t) => {
    const store = await openTestStore({ databaseUrl });
    t.teardown(() => store.close());
    const storm = Array.from({ length: 200 }, async () =>
      store.transact(async ({ trx }) => trx.selectFrom('calls').select('call_id').execute()),
    );
    t.equal((await Promise.all(storm)).length, 200);
  });

  await t.test('when the pool has no connection to give, a transaction is an outage', async (t) => {
    const server = new URL(databaseUrl);
    const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
    server.host = `127.0.0.1:${proxy.port}`;
    const store = await openTestStore({ databaseUrl: server.href });
    // The clock's timers do not keep a process alive.
    const alive = setInterval(() => undefined, 60_000);
    t.teardown(async () => {
      clearInterval(alive);
      await store.close();
      await proxy.close();
    });
    proxy.mode = 'black-hole';
    const storm = await Promise.allSettled(
      Array.from({ length: 200 }, async () => store.transact(async ({ calls }) => calls.ping())),
    );
    const codes = storm.map((result) =>
      result.status === 'rejected' ? (result.reason as { code?: unknown }).code : 'done',
    );
    t.same([...new Set(codes)], ['DW_STORE_UNAVAILABLE']);
  });

  await t.test('a connection that ends inside a transaction is an outage', async (t) => {
    const store = await openTestStore({ databaseUrl });
    // The clock's timers do not keep a process alive.
    const alive = setInterval(() => undefined, 60_000);
    t.teardown(async () => {
      clearInterval(alive);
      await store.close();
    });
    const name = new URL(databaseUrl).pathname.slice(1);
    const broken = store.transact(async ({ trx }) => {
      await administer(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'denwaban' and datname = '${name}'`,
      );
      await trx.selectFrom('calls').select('call_id').execute();
    });
    await t.rejects(broken, { code: 'DW_STORE_UNAVAILABLE' });
  });
});
