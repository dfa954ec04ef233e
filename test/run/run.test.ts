import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { testFiles } from './files.ts';
import { complaints, tallyOf, written } from './tally.ts';

const TAP = fileURLToPath(import.meta.resolve('tap'));

/** What tap says of a file with this text. */
function tap(text: string): { output: string; passed: boolean } {
  const program = `import t from ${JSON.stringify(TAP)};\n${text}`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { output: stdout, passed: status === 0 };
}

t.test('every assertion of a file counts, and what was left out', async (t) => {
  const { output, passed } = tap(`t.test('a', async (t) => { t.ok(1); t.test('b', async (t) => t.ok(1)); });
    t.test('c', { skip: 'no server' }, async () => {}); t.todo('d');`);
  t.same(tallyOf(output, passed), { pass: 2, fail: 0, skip: 2 });
});

t.test('a file that fails shows what failed and where, without what passed', async (t) => {
  const { output, passed } = tap(`t.ok(1, 'good'); t.test('deep', async (t) => t.equal(1, 2, 'bad'));`);
  t.same(tallyOf(output, passed), { pass: 1, fail: 1, skip: 0 });
  t.match(complaints(output), /Subtest: deep[^]*not ok 1 - bad[^]*lineNumber/);
  t.notMatch(complaints(output), 'good');
});

t.test('a file that ends without its totals, or badly after them, failed', async (t) => {
  t.match(tallyOf('TAP version 14\nok 1 - good\n', false), { fail: 1 });
  t.match(tallyOf('ok 1 - good\n# { total: 1, pass: 1 }\n', false), { pass: 1, fail: 1 });
  t.match(tallyOf('', true), { fail: 1 }, 'it ended before it began');
});

t.test('the totals are written as tap does', async (t) => {
  t.equal(written({ pass: 3, fail: 0, skip: 0 }), '# { total: 3, pass: 3 }');
  t.equal(written({ pass: 3, fail: 1, skip: 2 }), '# { total: 6, pass: 3, fail: 1, skip: 2 }');
});

t.test('all files are found, and the quick ones are some of them', async (t) => {
  const all = testFiles([], false);
  for (const name of ['run/run', 'e2e/takeover', 'architecture', 'scenario/lint/lint'])
    t.ok(all.includes(name), name);
  t.ok(all.every((name) => existsSync(join(packageRoot(), 'test', `${name}.test.ts`))));
  const quick = testFiles([], true);
  t.ok(quick.length > 50 && quick.every((name) => all.includes(name) && !name.startsWith('e2e/')));
  t.same(testFiles(['call/poli'], false), ['call/policy']);
});

t.test(
  'the runner plays what is asked for, counts it, and fails where there is nothing to play',
  async (t) => {
    const main = fileURLToPath(new URL('./main.js', import.meta.url));
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [main, 'briefing/spoken', 'call/closing']);
    t.match(stdout, /^ok \d - call\/closing # \d+ passed/m);
    t.match(stdout, /^1\.\.2\n# \{ total: (\d+), pass: \1 \}\n/m);
    await t.rejects(run(process.execPath, [main, 'no/such/test']), { code: 1, stdout: /^1\.\.0$/m });
  },
);
