import pg from 'pg';
import t from 'tap';
import { administer, withPostgres } from '../store/postgres.ts';
import { greeted, script } from './service.ts';
import { asked, settled, startTalk, until } from './talk.ts';

const LOCK = 4_711;

t.test('the greeting and its call’s row', { timeout: 60_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const talk = await startTalk(t, { env: { DATABASE_URL: url } });
    // While the test holds the lock, no call becomes live in the store.
    await administer(
      `create function wait_for_test() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock(${LOCK}); return new; end $$`,
      url,
    );
    await administer(
      `create trigger calls_wait before update on calls for each row
        when (new.state = 'live' and old.state <> 'live') execute function wait_for_test()`,
      url,
    );
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();

    await t.test('it is not asked for before it is stored that it was', async (t) => {
      await holder.query(`select pg_advisory_lock(${LOCK})`);
      const call = await talk.call(script());
      await until(() => call.state === 'accepted', 'the accept');
      await call.waitFor(({ event }) => event.type === 'session.created');
      await settled(call);
      t.same(asked(call), [], 'a process that dies now leaves a call that was not greeted');
      t.equal((await talk.app.store.calls.getCall(call.id))?.state, 'claimed');
      await holder.query(`select pg_advisory_unlock(${LOCK})`);
      await greeted(call);
      t.same(asked(call), ['greeting']);
      t.equal((await talk.app.store.calls.getCall(call.id))?.state, 'live');
      call.hangUp();
      await talk.stored(call);
    });

    await t.test('a store that does not answer keeps nobody waiting for half a second', async (t) => {
      await holder.query(`select pg_advisory_lock(${LOCK})`);
      const call = await talk.call(script());
      await call.waitFor(({ event }) => event.type === 'session.created');
      await talk.pass(499);
      t.same(asked(call), []);
      await talk.pass(1);
      await greeted(call);
      t.same(asked(call), ['greeting']);
      await holder.query(`select pg_advisory_unlock(${LOCK})`);
      call.hangUp();
      await talk.stored(call);
    });
    await holder.end();
  });
});
