import { sql } from 'kysely';
import t from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import { briefingOf, registered, slotOf } from '../store/briefing/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { startApi, type Api } from './api.ts';

const SLOT = slotOf('b', 1, { capacity: 100 });

/**
 * Two requests that have both begun before either can change anything: the slot is locked until both wait for it. On a
 * server; the embedded store has one session, in which nothing overlaps.
 */
async function atOnce(api: Api, ...requests: (() => Promise<{ status: number }>)[]): Promise<number[]> {
  const { store } = api.app;
  const { answers } = await store.transact(async ({ trx }) => {
    await sql`select 1 from slots where slot_id = ${SLOT.slotId} for update`.execute(trx);
    const begun = requests.map(async (request) => (await request()).status);
    for (let waiting = 0; waiting < requests.length; await pause(systemClock, 5)) {
      const { rows } = await sql<{ n: number }>`
        select count(*)::integer as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(store.db);
      waiting = rows[0]?.n ?? 0;
    }
    return { answers: begun };
  });
  return (await Promise.all(answers)).sort((a, b) => a - b);
}

t.test('of two rivals that have read the same version one wins, whatever they do', async (t) => {
  await withPostgres(t, async (url) => {
    const api = await startApi(t, { env: { DATABASE_URL: url } });
    await api.app.store.briefings.putBriefing(briefingOf('b'));
    await api.app.store.briefings.putSlot(SLOT, Date.now());
    let people = 0;
    /** Somebody attending, in version 2. */
    const attending = async (): Promise<string> => {
      people += 1;
      const { registrationId } = await registered(api.app.store, people, SLOT.slotId);
      const path = `/registrations/${registrationId}`;
      await api.call('POST', `${path}/decisions`, { body: { kind: 'attend' } });
      return path;
    };
    const headers = { 'if-match': '"2"' };
    const observe = (path: string, actual: string) => async () =>
      api.call('PUT', `${path}/actual`, { body: { actual }, headers });
    const undo = (path: string) => async () =>
      api.call('POST', `${path}/undo`, { body: { version: 2 }, headers });

    await t.test('record against record', async (t) => {
      const path = await attending();
      t.same(await atOnce(api, observe(path, 'attended'), observe(path, 'no_show')), [200, 412]);
      t.equal((await api.call('GET', path)).json.version, 3);
    });
    await t.test('record against undo', async (t) => {
      const path = await attending();
      t.same(await atOnce(api, observe(path, 'attended'), undo(path)), [200, 412]);
      t.equal((await api.call('GET', path)).json.version, 3);
    });
    await api.app.close();
  });
});
