import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { main } from '../../src/cli/main.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Finding } from '../../src/scenario/lint/rule.ts';
import { desk } from './fixtures.ts';

const shipped = readFileSync(join(packageRoot(), 'scenarios', 'attendance-ja.yaml'), 'utf8');
const saying = (words: string) => shipped.replace(/^ {2}toolWait: .*$/m, `  toolWait: ${words}`);
const ERROR = saying('お伺いさせていただきます。');
const WARNING = saying('了解しました。');

t.test('without a file the scenario of the service is read, and it is fine', async (t) => {
  const { code, out, err } = await desk(t).run('scenario', 'lint');
  t.equal(code, 0);
  t.equal(out, '1件のシナリオを確かめました。直すところはありません。\n');
  t.equal(err, '');
});

t.test('SCENARIO names the file that is read', async (t) => {
  const path = desk(t).write('own.yaml', ERROR);
  let out = '';
  const code = await main(['scenario', 'lint'], {
    env: { SCENARIO: path },
    out: (text) => (out += String(text)),
    err: () => {},
  });
  t.equal(code, 1);
  t.match(out, `${path}:`);
});

t.test('an error ends with 1 and names place, rule, reason and remedy', async (t) => {
  const here = desk(t);
  const path = here.write('own.yaml', ERROR);
  const { code, out } = await here.run('scenario', 'lint', path);
  const line = ERROR.slice(0, ERROR.indexOf('お伺いさせて')).split('\n').length;
  t.equal(code, 1);
  t.match(
    out,
    `${path}:${line}:13: エラー [double-honorific] 「お伺いさせていただ」は敬語が重なっています。`,
  );
  t.match(out, '直し方: 「伺います」');
  t.match(out, 'エラー1件、注意0件');
});

t.test('a warning ends with 0, and with 1 under --strict', async (t) => {
  const here = desk(t);
  const path = here.write('own.yaml', WARNING);
  const plain = await here.run('scenario', 'lint', path);
  t.equal(plain.code, 0);
  t.match(plain.out, /注意 \[phone-manner\][^]*エラー0件、注意1件/);
  t.equal((await here.run('scenario', 'lint', '--strict', path)).code, 1);
  t.equal((await here.run('scenario', 'lint', '--strict', 'attendance-ja', 'reception-ja')).code, 0);
});

t.test('--format json is a list of findings, empty when there are none', async (t) => {
  const here = desk(t);
  const path = here.write('own.yaml', ERROR);
  const { code, out } = await here.run('scenario', 'lint', '--format', 'json', path);
  t.equal(code, 1);
  t.match(JSON.parse(out) as Finding[], [
    { file: path, column: 13, severity: 'error', rule: 'double-honorific', path: 'phrases.toolWait' },
  ]);
  t.same(JSON.parse((await here.run('scenario', 'lint', '--format=json')).out), []);
});

t.test('several files are read, and all findings told', async (t) => {
  const here = desk(t);
  const { code, out } = await here.run(
    'scenario',
    'lint',
    here.write('one.yaml', ERROR),
    here.write('two.yaml', WARNING),
  );
  t.equal(code, 1);
  t.match(out, /one\.yaml:\d+[^]*two\.yaml:\d+[^]*2件のシナリオ[^]*エラー1件、注意1件/);
});

t.test('a file that cannot be read is named, with the reason', async (t) => {
  const { code, err } = await desk(t).run('scenario', 'lint', '/no/such.yaml');
  t.equal(code, 1);
  t.match(err, '/no/such.yaml cannot be read (ENOENT)');
});

t.test('a file in another encoding is refused with the remedy', async (t) => {
  const here = desk(t);
  const path = here.write('own.yaml', Buffer.from([0x69, 0x64, 0x3a, 0x20, 0x8d, 0xcc]));
  const { code, err } = await here.run('scenario', 'lint', path);
  t.equal(code, 1);
  t.match(err, /is not UTF-8. Save it/);
});

t.test('an unknown format is a matter of the command line', async (t) => {
  const { code, err } = await desk(t).run('scenario', 'lint', '--format', 'xml');
  t.equal(code, 2);
  t.match(err, /--format xml: write text or json\.[^]*scenario lint --help/);
});

t.test('the help tells options and exit codes', async (t) => {
  const { code, out } = await desk(t).run('scenario', 'lint', '--help');
  t.equal(code, 0);
  t.match(out, /--strict[^]*Exit code/);
});
