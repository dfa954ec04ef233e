import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { createAuditSigner, storedAuditKey } from '../../src/audit/keys.ts';
import { main } from '../../src/cli/main.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { auditedCall } from '../audit/verify/desk.ts';
import { openTestStore } from '../store/fixtures.ts';
import { seedDataDir } from '../store/template.ts';

const dataDir = join(t.testdir({}), 'data');
await seedDataDir(dataDir);

/** Runs a command on the data of this file. */
async function run(words: string, env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const code = await main(words.split(' '), {
    env: { DATA_DIR: dataDir, ...env },
    out: (text) => (out += String(text)),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

/** The store as the service has it, with the key of the data directory. */
async function withService(use: (store: Awaited<ReturnType<typeof openTestStore>>) => Promise<unknown>) {
  const audit = createAuditSigner([await storedAuditKey(dataDir, systemRandom, true)]);
  const store = await openTestStore({ dataDir, audit });
  await use(store);
  await store.close();
}

await withService(async (store) => auditedCall(store, 'a'));

t.test('the key is a file that only its owner may read', async (t) => {
  t.equal((await stat(join(dataDir, 'audit.key'))).mode & 0o777, 0o600);
});

t.test('a whole audit is told in both languages, with exit code 0', async (t) => {
  const { code, out } = await run('audit verify');
  t.equal(code, 0);
  t.match(out, /監査記録: 異常なし \/ audit: whole\n1 chains, 9 rows/);
});

t.test('an anchor is written to the data directory, once', async (t) => {
  t.match(await run('audit anchor'), {
    code: 0,
    out: /^anchor 1 \(\d{4}-\d\d-\d\d\): 1 chains, [0-9a-f]{64}\n$/,
  });
  t.match(await run('audit anchor'), { code: 0, out: 'Nothing has happened since the last anchor.\n' });
  t.equal((await readFile(join(dataDir, 'audit', 'anchors.jsonl'), 'utf8')).trim().split('\n').length, 1);
  t.match(await run('audit verify'), { code: 0, out: /1 anchors/ });
});

t.test('the key is in neither output', async (t) => {
  const key = await storedAuditKey(dataDir, systemRandom, false);
  const { out, err } = await run('audit verify');
  t.notOk(`${out}${err}`.includes(key));
});

t.test('another key is told, with the remedy and exit code 1', async (t) => {
  const { code, out } = await run('audit verify', { AUDIT_KEY: Buffer.alloc(32, 1).toString('base64') });
  t.equal(code, 1);
  t.match(out, /key that is not given; set AUDIT_KEY as the service has it/);
});

t.test('options that are not understood end with exit code 2', async (t) => {
  t.match(await run('audit verify --since yesterday'), { code: 2, err: /such as 2026-11-24/ });
  t.match(await run('audit verify now'), { code: 2 });
  t.match(await run('audit verify --call rtc_none'), { code: 1, err: /The audit knows no call rtc_none/ });
});

t.test('an edited row is named, with exit code 1', async (t) => {
  await withService(async (store) => {
    await sql`alter table audit_events disable trigger all`.execute(store.db);
    await sql`update audit_events set actor = 'team' where sequence = 3`.execute(store.db);
  });
  const { code, out } = await run('audit verify --call rtc_a');
  t.equal(code, 1);
  t.match(out, /BROKEN in 1 places\n {2}call\/rtc_a #3: 書き換えられた行 \/ the row was edited\n/);
});
