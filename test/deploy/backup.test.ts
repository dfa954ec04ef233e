import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { anchorNow } from '../../src/audit/anchor-job.ts';
import { createAuditSigner, storedAuditKey } from '../../src/audit/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { auditedCall } from '../audit/verify/desk.ts';
import { CHILD_FLAGS } from '../run/flags.ts';
import { openTestStore } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { seedDataDir } from '../store/template.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const page = readFileSync(join(packageRoot(), 'docs/operations.md'), 'utf8');

/** The commands that the page shows below a heading, block by block. */
function blocks(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, code = '']) => code);
}

const home = mkdtempSync(join(tmpdir(), 'denwaban-backup-'));
t.teardown(() => rmSync(home, { recursive: true, force: true }));
const programs = join(home, 'bin');
mkdirSync(programs);
writeFileSync(
  join(programs, 'denwaban'),
  `#!/bin/sh\nexec '${process.execPath}' ${CHILD_FLAGS.join(' ')} '${PROGRAM}' "$@"\n`,
);
chmodSync(join(programs, 'denwaban'), 0o755);

/** A box on which a call was answered, audited and anchored, and the service stopped. */
async function box(): Promise<string> {
  const directory = mkdtempSync(join(home, 'box-'));
  const data = join(directory, 'data');
  await seedDataDir(data);
  const store = await openTestStore({
    dataDir: data,
    audit: createAuditSigner([await storedAuditKey(data, systemRandom, true)]),
  });
  await auditedCall(store, 'a');
  const place = { anchors: store.anchors, directory: join(data, 'audit') };
  await anchorNow({ ...place, clock: systemClock, log: silentLog });
  await store.close();
  return directory;
}

/** Runs commands as somebody would type them, in a directory. @throws Error with what they said, when one fails */
async function follow(directory: string, commands: string): Promise<string> {
  const shell = spawn('sh', ['-e', '-c', commands], {
    cwd: directory,
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(shell, 'close')) as unknown[];
  if (code !== 0) throw new Error(`exit code ${String(code)} of:\n${commands}\n${said}`);
  return said;
}

const original = await box();

/** A box of its own, as the first one was. */
function another(): string {
  const directory = mkdtempSync(join(home, 'box-'));
  cpSync(original, directory, { recursive: true });
  return directory;
}

t.test('what the directory was backed up to proves its audit', async (t) => {
  const directory = another();
  const [save = '', restore = '', ...more] = blocks('Backup').filter(
    (code) => code.includes('tar ') && !code.includes('docker'),
  );
  t.same(more, []);
  await follow(directory, save);
  await follow(directory, restore);
  t.match(
    await follow(directory, 'DATA_DIR=restored denwaban audit verify'),
    /audit: whole\n1 chains, .* 1 anchors/,
  );
});

t.test('what the store was exported to proves its audit, with what is kept beside it', async (t) => {
  const directory = another();
  const [save = '', restore = '', ...more] = blocks('Backup').filter((code) =>
    code.includes('denwaban store'),
  );
  t.same(more, []);
  await follow(directory, save);
  t.match(await follow(directory, restore), /audit: whole\n1 chains, .* 1 anchors/);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

t.test('a server proves what happened before it', { skip: openssl ? false : 'no openssl' }, async (t) => {
  const [steps = '', ...more] = blocks('Growing from one box to a server');
  t.same(more, []);
  const documented = /postgres:\/\/[^"\s]+/.exec(steps)?.[0] ?? '';
  await withPostgres(t, async (url) => {
    const directory = another();
    const said = await follow(directory, steps.replace(documented, url));
    t.notMatch(said, /signed with a key/);
    t.match(said, /audit: whole\n1 chains, .* 1 anchors/);
  });
});
