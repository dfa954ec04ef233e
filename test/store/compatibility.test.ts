import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { openTestStore } from './fixtures.ts';
import { withPostgres } from './postgres.ts';
import { drive } from './release/drive.ts';
import { read, record, repeat, written, type Recording } from './release/recording.ts';

/** What earlier releases said to their databases; see release/main.ts. */
const FOLDER = join(packageRoot(), 'test/store/release/recorded');
const RECORDINGS = readdirSync(FOLDER).map((file) => ({
  file,
  recording: read(readFileSync(join(FOLDER, file), 'utf8')),
}));

for (const { file, recording } of RECORDINGS) {
  t.test(`52: nodes of ${file} work on the schema of today, and today reads what they wrote`, async (t) => {
    t.ok(recording.migration in MIGRATIONS, 'a migration that was released is never taken away');
    t.ok(recording.steps.length > 100, 'something was recorded');
    await withPostgres(t, async (databaseUrl) => {
      const store = await openTestStore({ databaseUrl });
      t.same(await repeat(recording, databaseUrl), []);
      const { calls, briefings } = store;
      const listed = await calls.listCalls(10);
      t.ok(listed.length >= 5);
      for (const { callId } of listed) t.match(await calls.getCall(callId), { callId });
      t.match(await calls.getCall('rtc_a'), { state: 'ended', noticeProof: 'played' });
      t.equal((await calls.listTurns('rtc_a')).length, 1);
      t.equal((await calls.listToolCalls('rtc_a')).length, 2);
      t.equal((await calls.listMessages(10)).length, 1);
      const { items } = await briefings.listRoster('b-1', { after: null, limit: 10 });
      for (const { registration } of items) {
        t.ok((await briefings.listHistory(registration.registrationId)).length > 0);
      }
      const [first] = items;
      t.match(first, { registration: { slotId: 'b-1' } });
      await store.close();
    });
  });

  t.test(`52: a schema that took something away from ${file} is found`, async (t) => {
    await withPostgres(t, async (databaseUrl) => {
      for (const [damage, expected] of [
        ['alter table turns rename column response_id to response', /column .*response_id/],
        ['alter table calls add column must text not null default null', /null value in column "must"/],
        ['drop table identity_tries', /relation "identity_tries" does not exist/],
      ] as const) {
        const store = await openTestStore({ databaseUrl });
        await sql.raw(damage).execute(store.db);
        const found = await repeat(recording, databaseUrl);
        t.ok(
          found.some(({ what }) => expected.test(what)),
          damage,
        );
        await sql`drop schema public cascade`.execute(store.db);
        await sql`create schema public`.execute(store.db);
        await store.close();
      }
    });
  });
}

t.test('52: what this release says to its database can be written down and repeated', async (t) => {
  let recording: Recording | undefined;
  await withPostgres(t, async (databaseUrl) => {
    const store = await openTestStore({ databaseUrl });
    recording = await record('now', '', async () => drive(store));
    await store.close();
    t.ok(recording.texts.length > 80);
  });
  await withPostgres(t, async (databaseUrl) => {
    const store = await openTestStore({ databaseUrl });
    if (recording !== undefined) t.same(await repeat(read(written(recording)), databaseUrl), []);
    await store.close();
  });
});
