import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { exportArchive, importArchive } from '../../src/store/archive/archive.ts';
import { readSequences, readTables } from '../../src/store/archive/tables.ts';
import type { Store } from '../../src/store/open.ts';
import { changeOf, NOW, planned, registered } from './briefing/fixtures.ts';
import { claimed, COMPLETED, openTestStore, turnOf, usageOf } from './fixtures.ts';
import { withPostgres } from './postgres.ts';

const LABEL = { version: '0.0.0', at: NOW };
/** What people say and type, and what a format made of lines could fall over. */
const STRANGE = '@end {"rows":{}}\n\u2028\r\n\t"\\u0000" \\ \u{1f600} ﾊﾝｶｸ 髙﨑';

const directory = mkdtempSync(join(tmpdir(), 'denwaban-archive-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(directory, `${(files += 1)}.dwb`);

/** A store with something in nearly every table: a call with its words, a waiting list, a history, an outbox. */
async function filled(store: Store): Promise<void> {
  const callId = await claimed(store, 'a');
  await store.calls.appendTranscript(
    [turnOf(callId, 'item_7'), turnOf(callId, 'item_8', { sequence: 2, text: STRANGE })],
    [usageOf(callId, 'u1', { costUsd: 0.1 + 0.2 })],
  );
  const key = { callId, functionCallId: 'fc_1', epoch: 1 };
  await store.calls.beginToolCall(key, 'take_message', '{"body":"あ"}', NOW);
  await store.calls.finishToolCall(key, 'ok', '{"ok":true}', NOW);
  await store.calls.saveMessage({
    callId,
    naturalKey: 'm1',
    callerName: '見本 花子',
    callbackNumber: '+819000000001',
    body: STRANGE,
    at: NOW,
  });
  await store.calls.finishCall(callId, 1, COMPLETED);

  const [full = '', other = ''] = await planned(store, [1, 5]);
  const holder = await registered(store, 1, full);
  const waiting = await registered(store, 2, other);
  await registered(store, 3, other);
  await store.briefings.changeAttendance(changeOf(waiting, { kind: 'wait', toSlotId: full }));
  await store.briefings.changeAttendance(changeOf(holder, { kind: 'absent', reason: null }));
  await store.briefings.changeAttendance(changeOf(holder, { kind: 'wait', toSlotId: full }));
}

/** Everything that is in a store, as text. */
async function contents(store: Store): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = { sequences: await readSequences(store.db) };
  for (const { name, key } of await readTables(store.db)) {
    const order = sql.join(key.map((column) => sql.ref(column)));
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(r)::text as row from ${sql.table(name)} r order by ${order}`.execute(store.db);
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

async function rowCount(store: Store): Promise<number> {
  const { sequences: _, ...tables } = await contents(store);
  return Object.values(tables).reduce<number>(
    (sum, rows) => sum + (Array.isArray(rows) ? rows.length : 0),
    0,
  );
}

/** The archive with another text. */
function rewritten(path: string, edit: (text: string) => string): string {
  const other = newPath();
  writeFileSync(other, gzipSync(edit(gunzipSync(readFileSync(path)).toString('utf8'))));
  return other;
}

const source = await openTestStore();
t.teardown(async () => source.close());
await filled(source);
const archive = newPath();
await exportArchive(source, archive, LABEL);

async function journey(t: Test, from: Store, to: Store): Promise<void> {
  const path = newPath();
  const told: [string, number][] = [];
  await exportArchive(from, path, LABEL);
  await importArchive(to, path, (table, rows) => told.push([table, rows]));
  t.same(await contents(to), await contents(from));
  t.match(Object.fromEntries(told), { turns: 2, registrations: 3, messages: 1 });

  await t.test('life goes on: new numbers, old histories shut', async (t) => {
    const [person] = await to.briefings.findApplicantsByPhone('+819000000003');
    const [view] = await to.briefings.listRegistrations(person?.applicantId ?? '');
    if (view === undefined) throw new TypeError('no registration');
    const [, full = ''] = (await to.briefings.listSlots(view.slot.briefingId, null)).map(
      ({ slotId }) => slotId,
    );
    const result = await to.briefings.changeAttendance(
      changeOf(view.registration, { kind: 'wait', toSlotId: full }),
    );
    t.match(result, { outcome: /changed|illegal/ });
    await t.rejects(sql`update registration_events set at = now()`.execute(to.db), /only added to/);
  });
}

t.test('what is exported is imported to the letter', async (t) => {
  const target = await openTestStore();
  t.teardown(async () => target.close());
  await journey(t, source, target);
});

t.test('from the embedded store to a server and back', async (t) => {
  await withPostgres(t, async (databaseUrl) => {
    const server = await openTestStore({ databaseUrl });
    const back = await openTestStore();
    try {
      await journey(t, source, server);
      const path = newPath();
      const before = await contents(server);
      await exportArchive(server, path, LABEL);
      await importArchive(back, path);
      t.same(await contents(back), before);
    } finally {
      await server.close();
      await back.close();
    }
  });
});

t.test('an archive belongs to its owner only, and never replaces a file', async (t) => {
  t.equal(statSync(archive).mode & 0o777, 0o600);
  const before = readFileSync(archive);
  await t.rejects(exportArchive(source, archive, LABEL), { code: 'EEXIST' });
  t.same(readFileSync(archive), before);
});

t.test('a file that could not be finished is removed', async (t) => {
  const path = newPath();
  const failing = exportArchive(source, path, LABEL, () => {
    throw new Error('stop');
  });
  await t.rejects(failing, /stop/);
  t.throws(() => statSync(path), { code: 'ENOENT' });
});

t.test('nothing is stored of', async (t) => {
  const target = await openTestStore();
  t.teardown(async () => target.close());
  const refuses = async (t: Test, path: string, reason: RegExp): Promise<void> => {
    await t.rejects(importArchive(target, path), { code: 'DW_ARCHIVE', message: reason });
    t.equal(await rowCount(target), 0);
  };

  await t.test('an archive that is cut anywhere', async (t) => {
    const whole = readFileSync(archive);
    for (const part of [0, 1, 9, 200, whole.length / 3, whole.length - 9, whole.length - 1]) {
      const path = newPath();
      writeFileSync(path, whole.subarray(0, part));
      await refuses(t, path, /damaged/);
    }
    const lines = gunzipSync(whole).toString('utf8').split('\n');
    for (const kept of [1, 2, lines.length - 2]) {
      await refuses(
        t,
        rewritten(archive, () => `${lines.slice(0, kept).join('\n')}\n`),
        /end is missing/,
      );
    }
  });

  await t.test('an archive with a changed word', async (t) => {
    await refuses(
      t,
      rewritten(archive, (text) => text.replace('会社説明会', '別の説明会')),
      /digest/,
    );
  });

  await t.test('an archive with something behind its end', async (t) => {
    await refuses(
      t,
      rewritten(archive, (text) => `${text}{}\n`),
      /follows its end/,
    );
    const path = newPath();
    writeFileSync(path, readFileSync(archive));
    appendFileSync(path, 'garbage');
    await refuses(t, path, /damaged/);
  });

  await t.test('a file that is no archive', async (t) => {
    const path = newPath();
    writeFileSync(path, '氏名,フリガナ\n');
    await refuses(t, path, /not compressed/);
    await refuses(
      t,
      rewritten(archive, () => '{"hello":1}\n'),
      /does not begin as one/,
    );
  });

  await t.test('an archive of a newer version, which is named', async (t) => {
    const newer = rewritten(archive, (text) => text.replace('"migrations":[', '"migrations":["9999-later",'));
    await refuses(t, newer, /newer version 0\.0\.0/);
  });

  await t.test('an archive that names a table of the database itself', async (t) => {
    const foreign = rewritten(archive, (text) => text.replace('"name":"calls"', '"name":"pg_class"'));
    await refuses(t, foreign, /pg_class is unknown/);
  });
});

t.test('a store that holds anything is left alone', async (t) => {
  const before = await contents(source);
  await t.rejects(importArchive(source, archive), { code: 'DW_ARCHIVE', message: /not empty \(.*calls/ });
  t.same(await contents(source), before);
});

t.test('an archive of a store at work holds one moment', async (t) => {
  await withPostgres(t, async (databaseUrl) => {
    const server = await openTestStore({ databaseUrl });
    const target = await openTestStore();
    try {
      await filled(server);
      const path = newPath();
      const before = await contents(server);
      let writing: Promise<unknown> | undefined;
      await exportArchive(server, path, LABEL, () => {
        writing ??= claimed(server, 'later');
      });
      await writing;
      await importArchive(target, path);
      t.same(await contents(target), before);
      t.not(await rowCount(server), await rowCount(target));
    } finally {
      await server.close();
      await target.close();
    }
  });
});
