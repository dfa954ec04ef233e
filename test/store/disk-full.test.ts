import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { DenwabanError } from '../../src/errors.ts';
import type { Store } from '../../src/store/open.ts';
import { claimOf, claimed, count, openTestStore, turnOf } from './fixtures.ts';
import { administer, withPostgres } from './postgres.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** Room for a new embedded store, and for a few tables of a server, MB. */
const EMBEDDED_MB = 200;
const TABLES_MB = 8;
/** Characters that fill pages quickly and cannot be compressed away. */
const WORDS = 20_000;

const NO_DISK = { skip: 'skipped: no file system can be mounted' };

t.test('45: the embedded store on a full disk refuses, loses nothing, and goes on by itself', async (t) => {
  const disk = mountSmallDisk(t, EMBEDDED_MB);
  if (disk === null) return t.pass('a small disk', NO_DISK);
  const dataDir = join(disk.path, 'data');
  const store = await openTestStore({ dataDir });
  const kept = await fillAndRelieve(t, store, disk);
  await store.close();
  const again = await openTestStore({ dataDir });
  t.equal((await again.calls.listTurns('rtc_a')).length, kept, 'and after a restart nothing is missing');
  await again.close();
});

t.test('45: a server on a full disk refuses, loses nothing, and goes on by itself', async (t) => {
  const disk = mountSmallDisk(t, TABLES_MB);
  if (disk === null) return t.pass('a small disk', NO_DISK);
  await withPostgres(t, async (databaseUrl) => {
    const space = `denwaban_test_${process.pid}`;
    const path = join(disk.path, 'tables');
    try {
      mkdirSync(path);
      execFileSync('chown', ['postgres', disk.path, path], { stdio: 'ignore' });
      await administer(`create tablespace ${space} location '${path}'`);
    } catch {
      t.pass('a table space', { skip: 'skipped: the server is not on this machine' });
      return;
    }
    const store = await openTestStore({ databaseUrl });
    try {
      await sql.raw(`alter table turns set tablespace ${space}`).execute(store.db);
      await fillAndRelieve(t, store, disk);
    } finally {
      await sql.raw('alter table turns set tablespace pg_default').execute(store.db);
      await store.close();
      await administer(`drop tablespace ${space}`);
    }
  });
});

/** @returns turns that were acknowledged */
async function fillAndRelieve(t: Test, store: Store, disk: SmallDisk): Promise<number> {
  const { calls } = store;
  const callId = await claimed(store, 'a');
  let kept = 0;
  const write = async (): Promise<void> => {
    const text = Array.from({ length: WORDS }, () =>
      String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000)),
    );
    await calls.appendTranscript([turnOf(callId, `item_${kept}`, { text: text.join('') })], [], []);
    kept += 1;
  };
  await write();
  disk.fill();
  const failure = await untilItFails(write);
  t.match(failure, { code: 'DW_STORE_UNAVAILABLE', cause: { code: '53100' } });
  t.ok(failure instanceof DenwabanError && failure.statusCode === 503, 'an outage, not a defect');
  await t.rejects(write(), { code: 'DW_STORE_UNAVAILABLE' });
  await calls.ping();
  t.equal((await calls.listTurns(callId)).length, kept, 'what was acknowledged is read as before');
  disk.relieve();
  await write();
  t.match(await calls.claimCall(claimOf('b')), { outcome: 'claimed' });
  t.equal(await count(store, 'turns'), kept, 'nothing is left of what was refused');
  return kept;
}

async function untilItFails(write: () => Promise<void>): Promise<unknown> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    try {
      await write();
    } catch (error) {
      return error;
    }
  }
  return null;
}
