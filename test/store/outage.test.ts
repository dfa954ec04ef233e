import t from 'tap';
import type { Store } from '../../src/store/open.ts';
import { COMPLETED, claimOf, claimed, count, openTestStore, truncate } from './fixtures.ts';
import { administer, withPostgres } from './postgres.ts';
import { type TcpProxy, openTcpProxy } from './tcp-proxy.ts';

await withPostgres(t, async (databaseUrl) => {
  const server = new URL(databaseUrl);
  const proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
  server.host = `127.0.0.1:${proxy.port}`;
  const store = await openTestStore({ databaseUrl: server.href, claimTimeoutMs: 500 });
  // The clock's timers do not keep a process alive, and during an outage there is nothing else that would.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await lostAnswers(store, proxy);
    await outages(store, proxy, databaseUrl);
  } finally {
    clearInterval(alive);
    await store.close();
    await proxy.close();
  }
});

/** A connection that breaks after the commit and before the answer. */
async function lostAnswers(store: Store, proxy: TcpProxy): Promise<void> {
  await t.test('a claim whose answer was lost is ours, not a duplicate', async (t) => {
    await truncate(store);
    const lost = proxy.loseNextAnswer();
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'claimed', epoch: 1 });
    await lost;
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'duplicate' });
    t.equal(await count(store, 'calls'), 1);
  });

  await t.test('a duplicate whose answer was lost stays a duplicate', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const lost = proxy.loseNextAnswer();
    t.same(await store.calls.claimCall(claimOf('a')), { outcome: 'duplicate' });
    await lost;
  });

  await t.test('a transition and an end whose answers were lost count as done', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    const lost = proxy.loseNextAnswer();
    t.equal(await store.calls.transition(id, 1, ['claimed'], 'accepting'), true);
    await lost;
    const lostAgain = proxy.loseNextAnswer();
    t.equal(await store.calls.finishCall(id, 1, COMPLETED), true);
    await lostAgain;
    t.equal((await store.calls.getCall(id))?.state, 'ended');
  });

  await t.test('a function call whose begin was lost is still new', async (t) => {
    await truncate(store);
    const key = { callId: await claimed(store, 'a'), functionCallId: 'fc_1', epoch: 1 };
    const lost = proxy.loseNextAnswer();
    t.same(await store.calls.beginToolCall(key, 'confirm', '{}', 1), { outcome: 'new' });
    await lost;
    t.same(await store.calls.beginToolCall(key, 'confirm', '{}', 1), { outcome: 'running' });
  });

  await t.test('a message whose answer was lost is stored once and no duplicate', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    const lost = proxy.loseNextAnswer();
    const message = { callId, naturalKey: 'k', callerName: null, callbackNumber: null, body: 'b', at: 1 };
    t.match(await store.calls.saveMessage(message), { duplicate: false });
    await lost;
    t.equal(await count(store, 'messages'), 1);
  });
}

async function outages(store: Store, proxy: TcpProxy, databaseUrl: string): Promise<void> {
  await t.test(
    'while the server refuses, operations fail as outages, and work when it is back',
    async (t) => {
      await truncate(store);
      await proxy.refuse();
      await t.rejects(store.calls.claimCall(claimOf('a')), { code: 'DW_STORE_UNAVAILABLE', cause: Error });
      await t.rejects(store.calls.ping(), { code: 'DW_STORE_UNAVAILABLE' });
      await proxy.reopen();
      t.match(await store.calls.claimCall(claimOf('b')), { outcome: 'claimed' });
    },
  );

  await t.test('when nothing passes, every operation is over by its deadline', async (t) => {
    await truncate(store);
    proxy.mode = 'black-hole';
    const begin = performance.now();
    const claim = await timed(store.calls.claimCall(claimOf('a')));
    const rest = await Promise.all(Array.from({ length: 30 }, async () => timed(store.calls.ping())));
    t.equal(claim.code, 'DW_STORE_UNAVAILABLE');
    t.ok(claim.ms < 1_000, `the claim took ${Math.round(claim.ms)} ms`);
    t.ok(rest.every((result) => result.code === 'DW_STORE_UNAVAILABLE'));
    t.ok(performance.now() - begin < 3_000);
    proxy.mode = 'pass';
    await eventually(async () => store.calls.ping());
    t.match(await store.calls.claimCall(claimOf('b')), { outcome: 'claimed' });
  });

  await t.test('connections that died without a word are replaced', async (t) => {
    await Promise.all(Array.from({ length: 10 }, async () => store.calls.ping()));
    proxy.freezeOpen();
    await Promise.allSettled(Array.from({ length: 10 }, async () => store.calls.ping()));
    await eventually(async () => store.calls.ping());
    const results = await Promise.all(Array.from({ length: 10 }, async () => timed(store.calls.ping())));
    t.same(
      results.map((result) => result.code),
      Array.from({ length: 10 }, () => undefined),
    );
  });

  await t.test('a connection that the server closes is replaced unseen', async (t) => {
    await truncate(store);
    await store.calls.ping();
    await administer(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'denwaban'
         and datname = '${new URL(databaseUrl).pathname.slice(1)}'`,
    );
    const results = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => store.calls.claimCall(claimOf(name))),
    );
    t.ok(results.every((result) => result.outcome === 'claimed'));
  });

  await t.test('two transactions that deadlock are both carried out', async (t) => {
    await truncate(store);
    const ids = [await claimed(store, 'a'), await claimed(store, 'b')];
    const met = meeting(2);
    const both = [ids, ids.toReversed()].map(async (order) =>
      store.transact(async ({ calls }) => {
        await calls.setCallFields(order[0] ?? '', 1, { noticeProof: 'played' });
        await met();
        await calls.setCallFields(order[1] ?? '', 1, { noticeProof: 'played' });
      }),
    );
    await Promise.all(both);
    for (const id of ids) t.equal((await store.calls.getCall(id))?.noticeProof, 'played');
  });
}

async function timed(work: Promise<unknown>): Promise<{ code: unknown; ms: number }> {
  const begin = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code, ms: performance.now() - begin };
}

/** Repeats `work` while it reports an outage. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 10) throw error;
    }
  }
}

/** Resolves for the first `parties` callers together; later callers pass. */
function meeting(parties: number): () => Promise<void> {
  let missing = parties;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    missing -= 1;
    if (missing <= 0) open();
    await gate;
  };
}
