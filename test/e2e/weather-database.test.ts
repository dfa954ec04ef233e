import { sql } from 'kysely';
import t from 'tap';
import { ALONE_MS, RENEW_MS } from '../../src/call/owner-rules.ts';
import type { Store } from '../../src/store/open.ts';
import { metric } from './outcomes.ts';
import { calls, hears, script, startService, storedEnd } from './service.ts';
import { eventually } from './desk.ts';
import { outputs, until } from './talk.ts';
import { withWeather } from './weather.ts';

/** A message that the model takes down. */
const message = (body: string) => calls('take_message', { caller_name: 'ヤマダ', body });
/** The model says what the tool answered. */
const tells = [{ say: '続けてどうぞ。' }];

/** How long the nodes of the store have renewed, by the clock of the database, ms. */
async function renewedFor({ db }: Store, sinceMs: number): Promise<number> {
  const { rows } = await sql<{ seen_at: Date }>`select max(seen_at) as seen_at from nodes`.execute(db);
  return (rows[0]?.seen_at.getTime() ?? sinceMs) - sinceMs;
}

await withWeather(t, {}, async (t, weather) => {
  const { app, line, store, talking } = weather;
  const [patient, early] = await Promise.all([
    talking(
      script(
        [message('前の用件')],
        tells,
        [{ say: 'はい、聞こえております。' }],
        [message('遅れます')],
        tells,
      ),
    ),
    talking(script([message('欠席します')], tells, [message('欠席します')], tells)),
  ]);
  await patient.say('伝言をお願いします。');
  await until(() => outputs(patient).length === 1, 'a message before the outage');

  const seenMs = await renewedFor(store, 0);
  await eventually(
    async () => (await renewedFor(store, seenMs)) > ALONE_MS + RENEW_MS,
    'a node that knows that it is alone',
  );

  await t.test(
    '38: while the database is away the talk goes on, and nobody is told what is not so',
    async (t) => {
      await line.refuse();
      await early.say('伝言をお願いします。');
      await patient.say('もしもし。');
      await hears(patient, '聞こえております');
      await hears(early, '少々お待ちください');
      await until(() => outputs(early).length === 1, 'an answer of the tool', 12_000);
      t.match(outputs(early)[0], { ok: false, error: 'timeout', hint: /not done/ });
      t.same(
        (await store.calls.listMessages(10)).map(({ body }) => body),
        ['前の用件'],
        'what was acknowledged is there',
      );
      t.ok((await metric(weather, 'denwaban_writes_waiting')) > 0);
      t.same((await app.inject('/readyz')).json(), { status: 'not_ready', reasons: ['store'] });
    },
  );

  await t.test('38: a tool that was asked during the outage answers when the database is back', async (t) => {
    await patient.say('もう一つお願いします。');
    await hears(patient, '少々お待ちください');
    await line.reopen();
    await until(() => outputs(patient).length === 2, 'an answer of the tool', 12_000);
    t.match(outputs(patient)[1], { ok: true, already_saved: false });
    await early.say('もう一度お願いします。');
    await until(() => outputs(early).length === 2, 'an answer of the tool', 12_000);
    t.match(outputs(early)[1], { ok: true });
  });

  await t.test('38: afterwards each call is owned as before, and everything said is stored', async (t) => {
    await eventually(async () => (await app.inject('/readyz')).statusCode === 200, 'readiness');
    for (const call of [patient, early]) {
      t.equal(app.callManager.mayAct(call.id), true);
      t.equal(await app.callManager.certain(call.id, 5_000), true, 'the epoch was validated again');
      t.match(await store.calls.getCall(call.id), { state: 'live', epoch: 1 });
      t.equal(call.connections, 1, 'the sideband was never left');
      call.hangUp();
      const end = await storedEnd(weather, call.id, 10_000);
      t.match(end, { state: 'ended', endReason: 'caller_hangup' });
    }
    const said = (await store.calls.listTurns(patient.id)).filter(({ role }) => role === 'caller');
    t.same(
      said.map(({ text }) => text),
      ['伝言をお願いします。', 'もしもし。', 'もう一つお願いします。'],
    );
    const bodies = (await store.calls.listMessages(10)).map(({ body }) => body);
    t.same(bodies.toSorted(), ['前の用件', '欠席します', '遅れます'].toSorted(), 'each once');
    t.equal(await metric(weather, 'denwaban_writes_waiting'), 0);
  });
});

await withWeather(t, {}, async (t, weather) => {
  const { app, line, store, talking, emulator, databaseUrl } = weather;
  const other = await startService(t, {
    env: {
      DATABASE_URL: databaseUrl,
      SCENARIO: 'reception-ja',
      API: 'off',
      OPENAI_BASE_URL: emulator.baseUrl,
    },
  });
  const renewed = async () => Promise.all(live.map(async ({ id }) => app.callManager.certain(id, 10_000)));
  const live = await Promise.all(
    Array.from({ length: 4 }, async () => talking(script([{ say: 'はい、どうぞ。' }], tells))),
  );
  await eventually(async () => app.callManager.owner.peers === 1, 'the other node to be known');

  await t.test(
    '38: with another node there, a call is spoken to again when its lease is renewed',
    async (t) => {
      await line.refuse();
      await until(() => live.every(({ id }) => !app.callManager.mayAct(id)), 'the leases to lapse', 10_000);
      await eventually(async () => {
        const { rows } = await sql<{ n: number }>`
        select count(*) as n from calls where lease_until < clock_timestamp()`.execute(store.db);
        return rows[0]?.n === live.length;
      }, 'the leases to lapse at the database');
      await line.reopen();
      t.same(await renewed(), [true, true, true, true]);
      for (const call of live) {
        t.match(await store.calls.getCall(call.id), { state: 'live', epoch: 1 }, 'its node goes first');
        t.equal(call.connections, 1);
        await call.say('もしもし。');
        await hears(call, 'はい、どうぞ');
      }
      t.equal(other.app.callManager.calls, 0);
    },
  );
  for (const call of live) call.hangUp();
  for (const call of live) await storedEnd(weather, call.id, 10_000);
});
