import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { openTcpProxy } from '../store/tcp-proxy.ts';
import { NONE, ONE, onceContract, openCountedOutbox, openOnceDesk } from './once.ts';

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await onceContract(t, store);
  t.teardown(() => store.close());
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('server', async (t) => {
    const store = await openTestStore({ databaseUrl });
    await onceContract(t, store);
    t.teardown(() => store.close());
  });

  await t.test(
    'a connection reset at any answer of the transaction, the commit too: one effect',
    async (t) => {
      const server = new URL(databaseUrl);
      const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
      server.host = `127.0.0.1:${proxy.port}`;
      const store = await openTestStore({ databaseUrl: server.href });
      const direct = await openTestStore({ databaseUrl });
      const outbox = await openCountedOutbox(direct);
      // The clock's timers do not keep a process alive.
      const alive = setInterval(() => undefined, 60_000);
      t.teardown(async () => {
        clearInterval(alive);
        await outbox.close();
        await store.close();
        await direct.close();
        await proxy.close();
      });
      let cut = 0;
      for (let skip = 0; ; skip += 1) {
        const desk = await openOnceDesk(direct, outbox);
        t.same(await desk.effects(), NONE);
        let lost = false;
        let over = false;
        const answer = await desk.run('fc_1', async (work) => {
          if (!lost && cut === skip) {
            await store.calls.ping();
            void proxy.loseNextAnswer(skip).then(() => (lost = true));
            cut += 1;
          }
          return store.transact(work);
        });
        over = !lost;
        t.match(answer, { status: 'ok', output: /changed/ }, `after ${skip} answers`);
        t.same(await desk.effects(), ONE, `after ${skip} answers`);
        if (over) break;
      }
      t.ok(cut > 10, `${cut - 1} answers were lost, one after another`);
    },
  );
});
