import { sql } from 'kysely';
import t from 'tap';
import type { Store } from '../../src/store/open.ts';
import { acceptStatuses, greetings } from './outcomes.ts';
import { eventually } from './desk.ts';
import { greeted, hears, script, storedEnd } from './service.ts';
import { withWeather } from './weather.ts';

/** Deadline of the claim in this file, ms. */
const CLAIM_MS = 400;
/** What a busy machine adds to a deadline, ms. */
const BUSY_MS = 1_500;
/** A database that needs this for an answer is slow, ms. */
const SLOW_MS = 2_000;
/** Connections of one process: the pool of the calls, and that of the jobs. */
const CONNECTIONS = 10 + 5;

/** Connections of the service to its database, as the server counts them; the verdicts' own are idle. */
async function connections(store: Store): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(store.db);
  return rows[0]?.n ?? 0;
}

await withWeather(t, { env: { CLAIM_TIMEOUT_MS: String(CLAIM_MS) } }, async (t, weather) => {
  const { app, emulator, line, store, talking } = weather;

  for (const [how, fail, mend] of [
    ['refuses', () => line.refuse(), () => line.reopen()],
    ['is silent', () => (line.mode = 'black-hole'), () => (line.mode = 'pass')],
  ] as const) {
    await t.test(
      `39: a call that rings while the database ${how} is asked for again, and answered once`,
      async (t) => {
        const call = await emulator.ring({ deliver: false });
        await fail();
        for (const attempt of [1, 2]) {
          const startedAt = performance.now();
          const { status } = await call.deliver();
          const ms = performance.now() - startedAt;
          t.equal(status, 503, `delivery ${attempt} is not acknowledged`);
          t.ok(ms < CLAIM_MS + BUSY_MS, `within its deadline: ${Math.round(ms)} ms`);
        }
        t.same(acceptStatuses(call), [], 'what is not stored is not accepted');
        t.equal(app.callManager.calls, 0, 'and holds no seat');
        await mend();
        await eventually(async () => (await app.inject('/readyz')).statusCode === 200, 'the store');
        const { status } = await call.deliver();
        t.equal(status, 200);
        await greeted(call);
        await call.deliver();
        t.same(acceptStatuses(call), [200]);
        t.equal(greetings(call), 1);
        call.hangUp();
        await storedEnd(weather, call.id);
      },
    );
  }

  await t.test(
    '40: a database that needs two seconds for an answer gets no more work than it can do',
    async (t) => {
      const live = await talking(script([{ say: 'はい、どうぞ。' }]));
      line.delayMs = SLOW_MS;
      const ringing = await Promise.all(
        Array.from({ length: 40 }, async () => emulator.ring({ deliver: false })),
      );
      const startedAt = performance.now();
      const probes = Promise.all(Array.from({ length: 20 }, async () => app.inject('/readyz')));
      const answers = await Promise.all(ringing.map(async (call) => call.deliver()));
      const ms = performance.now() - startedAt;
      t.ok(
        answers.every(({ status }) => status === 503),
        'every claim ends by its deadline',
      );
      t.ok(ms < CLAIM_MS + BUSY_MS, `all of them together: ${Math.round(ms)} ms`);
      for (const probe of await probes) t.same(probe.json(), { status: 'not_ready', reasons: ['store'] });
      const open = await connections(store);
      t.ok(open > 0 && open <= CONNECTIONS, `${open} connections`);
      t.same(ringing.flatMap(acceptStatuses), [], 'no call is accepted that is not stored');
      await live.say('もしもし。');
      await hears(live, 'はい、どうぞ');

      line.delayMs = 0;
      await eventually(
        async () => (await app.inject('/readyz')).statusCode === 200,
        'recovery without a restart',
      );
      const next = await emulator.ring();
      t.equal(next.deliveries[0]?.status, 200);
      await greeted(next);
      t.match(await store.calls.getCall(live.id), { state: 'live', epoch: 1 });
      for (const call of [live, next]) {
        call.hangUp();
        await storedEnd(weather, call.id, 10_000);
      }
    },
  );
});
