import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'kysely';
import t from 'tap';
import { DURABLE_START_PARAMS, DurableFs } from '../../src/store/durable-fs.ts';
import { startChild } from './children/start.ts';
import { claimOf, openTestStore } from './fixtures.ts';

/** Commits that a child makes before it is killed, and how often that happens. */
const COMMITS_BEFORE_KILL = 40;
const KILLS = 4;

const dataDir = mkdtempSync(join(tmpdir(), 'denwaban-data-'));
t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));

t.test('what an interrupted first start left behind is no database', async (t) => {
  mkdirSync(join(dataDir, 'pg.new', 'base'), { recursive: true });
  writeFileSync(join(dataDir, 'pg.new', 'PG_VERSION'), '18\n');
  const store = await openTestStore({ dataDir });
  t.match(await store.calls.claimCall(claimOf('first')), { outcome: 'claimed' });
  await store.close();
});

t.test('what was stored is there after a restart', async (t) => {
  const store = await openTestStore({ dataDir });
  t.match(await store.calls.getCall('rtc_first'), { state: 'claimed' });
  await store.close();
});

t.test('the engine of a directory writes through to the disk', async (t) => {
  const store = await openTestStore({ dataDir });
  const { rows } = await sql`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('wal_sync_method') as method, current_setting('shared_buffers') as buffers`.execute(
    store.db,
  );
  t.same(rows, [{ fsync: 'on', commit: 'on', method: 'fsync', buffers: '16MB' }]);
  await store.close();
});

t.test('a second store on an open directory is refused', async (t) => {
  const store = await openTestStore({ dataDir });
  await t.rejects(openTestStore({ dataDir }), { code: 'DW_STORE_LOCKED' });
  await store.close();
});

t.test('each commit is one write-through, and reading is none', async (t) => {
  const commits = 25;
  const fs = new DurableFs(join(dataDir, 'pg'));
  const engine = await PGlite.create({ fs, startParams: [...DURABLE_START_PARAMS] });
  await engine.exec('create table if not exists durable (n integer)');
  const before = fs.syncs;
  for (let i = 0; i < commits; i += 1) await engine.query('insert into durable values ($1)', [i]);
  const afterCommits = fs.syncs;
  for (let i = 0; i < commits; i += 1) await engine.query('select count(*) from durable');
  t.ok(afterCommits - before >= commits, `${afterCommits - before} write-throughs for ${commits} commits`);
  t.equal(fs.syncs, afterCommits);
  await engine.close();
});

t.test('a kill at any moment loses nothing that was acknowledged', async (t) => {
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const child = startChild('commit-loop', dataDir, String(round));
    await child.said(COMMITS_BEFORE_KILL);
    await child.kill();
    acknowledged.push(...child.lines.filter((line) => line.endsWith(' claimed')));
  }
  const store = await openTestStore({ dataDir });
  const stored = new Set(
    (await store.db.selectFrom('calls').select('call_id').execute()).map((row) => row.call_id),
  );
  const lost = acknowledged.filter((line) => !stored.has(`rtc_${line.split(' ')[0]}`));
  t.ok(acknowledged.length >= KILLS * COMMITS_BEFORE_KILL);
  t.same(lost, []);
  await store.close();
});
