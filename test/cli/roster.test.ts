import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { CHILD_FLAGS } from '../run/flags.ts';
import { openTestStore } from '../store/fixtures.ts';
import { desk, storeDesk } from './fixtures.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const SAMPLE = join(packageRoot(), 'scenarios', 'sample-roster.csv');
const CREATE = ['--create-briefing', '会社説明会', '--company', '株式会社見本', '--create-slots'];

const { directory, dataDir, run, write } = await storeDesk(t);

t.test('help is given for the program and for each command', async (t) => {
  t.match(await run('--help'), { code: 0, out: /roster import.*roster export/su });
  for (const name of ['import', 'export', 'checkin', 'report'])
    t.match(await run('roster', name, '--help'), { code: 0, out: /^Usage: denwaban roster/u }, name);
});

t.test('a wrong command line ends with 2 and points to the help', async (t) => {
  t.match(await run('roster', 'eat'), { code: 2, err: /no command 「roster eat」/ });
  t.match(await run('roster', 'import', '--fly', SAMPLE), { code: 2, err: /--fly.*roster import --help/su });
  t.match(await run('roster', 'import'), { code: 2, err: /The file is missing/ });
  t.match(await run('roster', 'import', SAMPLE, '--plan', 'x'), { code: 2, err: /--plan goes with --apply/ });
  for (const name of ['--create-briefing', '--company', '--contact', '--place'])
    t.match(await run('roster', 'import', SAMPLE, ...CREATE, name, '　'), { code: 2, err: /is blank/ }, name);
  t.match(await run('roster', 'export', '--encoding', 'ebcdic'), { code: 2, err: /utf-8 or cp932/ });
});

t.test('what only reads creates no store in a wrong place', async (t) => {
  t.match(await desk(t).run('roster', 'report'), { code: 1, err: /There is no store in .*DATA_DIR/ });
});

t.test('the sample is shown first and stored when asked', async (t) => {
  const dry = await run('roster', 'import', SAMPLE, ...CREATE);
  t.match(dry, {
    code: 0,
    out: /8 new, 0 changed, 0 unchanged, 0 refused/,
    err: /dry run: nothing was stored/,
  });
  t.match(dry.out, /\+ slot 2026\/11\/24\(火\) 14:00-15:30 本社ホール, 40 seats/);
  const plan = /--plan (?<id>[\w-]+),/.exec(dry.err)?.groups?.['id'] ?? '';
  t.match(await run('roster', 'import', SAMPLE, ...CREATE, '--apply', '--plan', plan), {
    code: 0,
    err: /Stored in/,
  });
  t.match(await run('roster', 'import', SAMPLE), {
    code: 0,
    out: /0 new, 0 changed, 8 unchanged, 0 refused/,
    err: /there is nothing to do/,
  });
});

t.test('the same people in CP932 are the same people; a change is shown as old → new', async (t) => {
  const text = readFileSync(SAMPLE, 'utf8').replace('090-1234-0001', '０８０－１２３４－０００１');
  const path = write('cp932.csv', iconv.encode(text, 'cp932'));
  const result = await run('roster', 'import', path);
  t.match(result, { code: 0, err: /cp932/, out: /0 new, 1 changed, 7 unchanged/ });
  t.match(result.out, /~ line 2: 山田 太郎\n {4}phones: \+819012340001 → \+818012340001/);
});

t.test('what differs from the plan that it is held to is not stored', async (t) => {
  const path = write('other.csv', readFileSync(SAMPLE, 'utf8').replace('090-1234-0001', '080-1234-0001'));
  t.match(await run('roster', 'import', path, '--apply', '--plan', 'x'.repeat(22)), {
    code: 1,
    out: /0 new, 1 changed/,
    err: /not what plan x+ showed.*Nothing was stored/,
  });
});

t.test('a refused row is named and nothing is stored', async (t) => {
  const path = write('bad.csv', '氏名,携帯,日時\n新井 新,090-9999-0001,11/24\n誰か,12,2026/11/24 14:00\n');
  const result = await run('roster', 'import', path, '--apply');
  t.match(result, { code: 1, out: /! line 3: mobile: 「12」/, err: /Nothing was stored/ });
  t.match(await run('roster', 'import', SAMPLE), { out: /8 unchanged/ });
});

t.test('files that are no lists are refused with a remedy', async (t) => {
  t.match(await run('roster', 'import', write('x.bin', Uint8Array.of(0x41, 0xff, 0xfd))), {
    code: 1,
    err: /neither UTF-8 nor CP932/,
  });
  t.match(await run('roster', 'import', write('q.csv', '氏名\n"a')), {
    code: 1,
    err: /line 2: a quotation mark is never closed/,
  });
  t.match(await run('roster', 'import', write('h.csv', 'a,b\n1,2')), {
    code: 1,
    err: /names no known column/,
  });
  t.match(await run('roster', 'import', write('d.csv', '氏名,名前\n1,2')), {
    code: 1,
    err: /both mean name/,
  });
  t.match(await run('roster', 'import', join(directory, 'none.csv')), { code: 1, err: /ENOENT/ });
});

t.test('the list of a slot is written for a spreadsheet, for its owner only', async (t) => {
  const path = join(directory, 'list.csv');
  t.match(await run('roster', 'export', '--slot', '11/25 10:00', '--out', path), {
    code: 0,
    err: /2 people/,
  });
  const text = readFileSync(path, 'utf8');
  t.match(
    text,
    /^\uFEFF氏名,フリガナ,.*\r\n伊藤 さくら,イトウ サクラ,架空国際大学,090-1234-0006,.*未確認.*名簿取込/u,
  );
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.match(await run('roster', 'export', '--out', path), { code: 1, err: /exists already; --force/ });
  chmodSync(path, 0o644);
  t.match(await run('roster', 'export', '--out', path, '--force'), { code: 0 });
  t.equal(statSync(path).mode & 0o777, 0o600, 'also where the file was there with other rights');
  t.match(await run('roster', 'export', '--slot', '12/24'), { code: 1, err: /no slot at 12\/24\. It has:/ });
});

t.test('CP932 is written when it has every character, else they are named', async (t) => {
  const { bytes } = await run('roster', 'export', '--encoding', 'cp932');
  t.match(iconv.decode(bytes, 'cp932'), /髙橋 健一郎/);
  const path = write('rare.csv', '氏名,受付番号,日時\n𠮷田 実,R1,2026/11/24 14:00\n');
  t.match(await run('roster', 'import', path, '--apply'), { code: 0 });
  t.match(await run('roster', 'export', '--encoding', 'cp932'), {
    code: 1,
    out: '',
    err: /CP932 has no 𠮷 \(U\+20BB7\)/,
  });
});

t.test('the check-in sheet records who came, and the report compares', async (t) => {
  const sheet = write('day.csv', '受付番号,氏名,当日\ns1001,,○\n,佐藤花子,×\nS-1003,,\n,坂田 美咲,出席\n');
  const args = ['roster', 'checkin', sheet, '--slot', '2026/11/24'];
  t.match(await run(...args), {
    code: 0,
    out: /2 came, 1 did not, 0 recorded already, 1 without/,
    err: /dry run/,
  });
  t.match(await run(...args, '--apply', '--by', 'tanaka'), { code: 0, err: /Stored/ });
  t.match(await run(...args), { out: /0 came, 0 did not, 3 recorded already/ });
  t.match(await run(...args, '--rest-absent'), { out: /0 came, 2 did not/ });
  const report = await run('roster', 'report', '--slot', '11/24');
  t.match(report, { code: 0, out: /未確認 +5 +2 +1 +2/u });
});

t.test('a sheet with people who are not on the list is refused whole', async (t) => {
  const sheet = write('wrong.csv', '受付番号,当日\nS-1004,×\nZ-9,○\nS-1001,たぶん\n');
  const result = await run('roster', 'checkin', sheet, '--apply');
  t.match(result, { code: 1, out: /! line 3: 受付番号 「Z-9」 is not on the list.*\n! line 4: 「たぶん」/u });
  t.match(await run('roster', 'report'), { out: /未確認 +5 +2 +1 +2/u });
});

t.test('a list comes from the standard input, where the program sees no file of ours', async (t) => {
  const child = spawn(process.execPath, [...CHILD_FLAGS, PROGRAM, 'roster', 'import', '-'], {
    cwd: directory,
    env: { DATA_DIR: dataDir },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(readFileSync(SAMPLE));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [code] = await once(child, 'close');
  t.equal(code, 0);
  t.match(out, /0 new, 0 changed, 8 unchanged, 0 refused/);
});

t.test('who stays in another slot than the file names is named, with the reason', async (t) => {
  const file = (slot: string): string =>
    write('moved.csv', `氏名,受付番号,日時,状況\n残留 望,K1,${slot},欠席\n居残 進,K2,${slot},出席予定\n`);
  t.match(await run('roster', 'import', file('2026/11/24 14:00'), '--apply'), { code: 0, out: /2 new/ });
  t.match(await run('roster', 'import', file('2026/11/26 16:00')), {
    code: 0,
    out: /~ line 3: 居残 進\n.*slot: .*11\/24.* → .*11\/26.*\n= line 2: stays in 2026\/11\/24\(火\) 14:00-15:30.*\(欠席, a roster said so\)\n/u,
  });
});

t.test('a code with zeros comes back from a spreadsheet, and is plain for programs', async (t) => {
  const file = write('zeros.csv', '氏名,受付番号,日時\n零 番,0012,2026/11/26 16:00\n');
  t.match(await run('roster', 'import', file, '--apply'), { code: 0 });
  const list = await run('roster', 'export', '--slot', '11/26');
  t.match(list.out, /零 番,.*,'0012,/);
  t.match((await run('roster', 'export', '--slot', '11/26', '--codes', 'plain')).out, /零 番,.*,0012,/);
  t.match(await run('roster', 'export', '--codes', 'none'), { code: 2, err: /write text or plain/ });
  const sheet = write('back.csv', list.out.replace(/(?<='0012,)/u, '○'));
  t.match(await run('roster', 'checkin', sheet, '--slot', '11/26'), { code: 0, out: /^1 came/ });
});

t.test('a reader that goes away ends the program in silence', async (t) => {
  const child = spawn(process.execPath, [...CHILD_FLAGS, PROGRAM, 'roster', 'export'], {
    cwd: directory,
    env: { DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = await once(child, 'close');
  t.equal(code, 0);
  t.notMatch(err, /EPIPE/);
});

t.test('a new briefing knows whom applicants are told to turn to', async (t) => {
  const own = await storeDesk(t);
  const import_ = ['roster', 'import', SAMPLE, ...CREATE, '--briefing', 'autumn', '--apply'];
  t.match(await own.run(...import_, '--contact', '03-1234-0000'), { code: 0 });
  const store = await openTestStore({ dataDir: own.dataDir });
  const briefing = await store.briefings.getBriefing('autumn');
  await store.close();
  t.match(briefing, { company: '株式会社見本', contact: '03-1234-0000' });
});

t.test('while the service has the store the command says so and what to do', async (t) => {
  const store = await openTestStore({ dataDir });
  const result = await run('roster', 'report');
  await store.close();
  t.match(result, { code: 1, err: /DW_STORE_LOCKED.*Stop the service/su });
});
