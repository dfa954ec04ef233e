import { sql } from 'kysely';
import t from 'tap';
import type { Test } from 'tap';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openHints, type Hint } from '../../src/store/hints.ts';
import type { Store } from '../../src/store/open.ts';
import { until } from '../e2e/talk.ts';
import { claimed, claimOf, openTestStore } from './fixtures.ts';
import { ManualClock } from './manual-clock.ts';
import { withPostgres } from './postgres.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const COMMAND_ID = '00000000-0000-4000-8000-000000000001';
/** Longer than any wait before the line is made again, and than the time between two probes, ms. */
const LONG_MS = 20_000;

/** A process that listens on a clock which the test turns. */
function listener(t: Test, databaseUrl: string) {
  const clock = new ManualClock();
  const heard: Hint[] = [];
  const listening = openHints({ databaseUrl, clock, random: systemRandom, log: silentLog }).listen((hint) =>
    heard.push(hint),
  );
  t.teardown(async () => listening.close());
  /** Both are given whenever the line is up: something may have been missed. */
  const up = async (): Promise<void> => {
    await until(() => heard.length >= 2, 'the line');
    t.same(heard.splice(0), ['call', 'command']);
  };
  return { clock, heard, listening, up };
}

/** Backends that listen. */
async function lines(store: Store): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity where application_name = 'denwaban-hints'
      and datname = current_database()`.execute(store.db);
  return rows.map(({ pid }) => pid);
}

async function allGone(store: Store): Promise<void> {
  while ((await lines(store)).length > 0);
}

t.test('hints over a PostgreSQL server', { timeout: 60_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const store = await openTestStore({ databaseUrl: url });
    t.teardown(async () => store.close());
    const letGo = async (name: string): Promise<void> => {
      const callId = await claimed(store, name);
      await store.calls.releaseCalls('node-a', [{ callId, epoch: 1 }]);
    };
    const ask = async (commandId: string, callId: string) =>
      store.commands.request({
        commandId,
        callId,
        kind: 'hang_up',
        argument: null,
        requestedBy: 'cli',
        at: 0,
      });

    await t.test('letting go of a call and asking for a command are told, each once', async (t) => {
      const { heard, up } = listener(t, url);
      await up();
      await letGo('a');
      await until(() => heard.length > 0, 'the hint');
      const callId = await claimed(store, 'b');
      t.equal(await ask(COMMAND_ID, callId), 'asked');
      await until(() => heard.length > 1, 'the hint');
      t.same(heard, ['call', 'command']);
    });

    await t.test('what did not happen is not told', async (t) => {
      const { heard, up } = listener(t, url);
      await up();
      t.same(await store.calls.releaseCalls('node-b', [{ callId: 'rtc_b', epoch: 1 }]), [], 'not its call');
      t.equal(await ask(COMMAND_ID, 'rtc_b'), 'asked', 'asked before');
      t.equal(await ask(COMMAND_ID.replace(/1$/, '2'), 'rtc_none'), 'not_found');
      const rolledBack = store.transact(async ({ calls }) => {
        await calls.releaseCalls('node-a', [{ callId: 'rtc_b', epoch: 1 }]);
        throw new Error('changed our mind');
      });
      await t.rejects(rolledBack);
      await letGo('c');
      await until(() => heard.length > 0, 'the hint that is last');
      t.same(heard, ['call']);
    });

    await t.test('a claim that was stored too late to be served is told', async (t) => {
      const { heard, up } = listener(t, url);
      await up();
      const hurried = await openTestStore({ databaseUrl: url, claimTimeoutMs: 150 });
      t.teardown(async () => hurried.close());
      await store.transact(async ({ trx }) => {
        await sql`lock table inbox in exclusive mode`.execute(trx);
        await t.rejects(hurried.calls.claimCall(claimOf('late')), { code: 'DW_STORE_UNAVAILABLE' });
      });
      await until(() => heard.length > 0, 'the hint');
      t.same(heard, ['call']);
    });

    await t.test('a line that the server ends is made again', async (t) => {
      const { clock, heard, up } = listener(t, url);
      await up();
      const [before] = await lines(store);
      await sql`select pg_terminate_backend(${before})`.execute(store.db);
      await allGone(store);
      await letGo('lost');
      const turning = setInterval(() => clock.advance(1_000), 10);
      await up();
      clearInterval(turning);
      t.not((await lines(store))[0], before);
      await letGo('d');
      await until(() => heard.length > 0, 'the hint');
    });

    await t.test('a line on which nothing passes any more is found out and made again', async (t) => {
      const { hostname, port, pathname } = new URL(url);
      const proxy = await openTcpProxy({ host: hostname, port: Number(port) });
      t.teardown(async () => proxy.close());
      const through = new URL(url);
      through.port = String(proxy.port);
      t.equal(through.pathname, pathname);
      const { clock, heard, up } = listener(t, through.href);
      await up();
      proxy.freezeOpen();
      const turning = setInterval(() => clock.advance(LONG_MS), 50);
      await up();
      clearInterval(turning);
      await letGo('e');
      await until(() => heard.includes('call'), 'the hint');
    });

    await t.test('closing leaves no connection', async (t) => {
      const { listening, up } = listener(t, url);
      await up();
      await listening.close();
      await allGone(store);
      t.same(await lines(store), []);
    });
  });
});

t.test('the embedded engine has one process: it listens to nobody, and nothing is hinted at', async (t) => {
  const { heard, listening } = listener(t, '');
  await listening.close();
  t.same(heard, []);
});
