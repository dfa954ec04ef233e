import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { openTestStore } from '../store/fixtures.ts';
import { plantCall } from '../store/person/plant.ts';
import { storeDesk } from './fixtures.ts';

const SAMPLE = join(packageRoot(), 'scenarios', 'sample-roster.csv');
const CREATE = ['--create-briefing', '会社説明会', '--company', '株式会社見本', '--create-slots'];

const { directory, dataDir, run, write } = await storeDesk(t);
await run('roster', 'import', SAMPLE, ...CREATE, '--apply');
const store = await openTestStore({ dataDir });
await plantCall(store, 'yamada', '+819012340001', '山田太郎です。参加します');
await plantCall(store, 'old', '+819000000077', '昔の電話です');
await sql`update calls set claimed_at = '2020-01-01T00:00:00Z' where call_id = 'rtc_old'`.execute(store.db);
await store.close();

t.test('help is given for each command', async (t) => {
  for (const words of [
    ['person', 'export'],
    ['person', 'erase'],
    ['retention', 'report'],
    ['retention', 'run'],
  ])
    t.match(await run(...words, '--help'), { code: 0, out: /^Usage: denwaban/u }, words.join(' '));
});

t.test('exactly one word about the person is asked for', async (t) => {
  t.match(await run('person', 'export'), { code: 2, err: /one of --phone, --code/ });
  t.match(await run('person', 'erase', '--phone', '090-1234-0001', '--code', 'x'), { code: 2 });
  t.match(await run('person', 'export', '--phone', '12'), { code: 2, err: /no complete telephone number/ });
  t.match(await run('person', 'export', '--code', 'S-1001', '--format', 'xml'), {
    code: 2,
    err: /json or text/,
  });
});

t.test('a person is exported as JSON, with instants of Japan', async (t) => {
  const result = await run('person', 'export', '--phone', '０９０ー１２３４ー０００１');
  t.equal(result.code, 0);
  const file = JSON.parse(result.out) as Record<string, unknown>;
  t.match(file, {
    exportedAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/,
    person: { applicant: { name: { full: '山田 太郎' } } },
    registrations: [{ briefing: { title: '会社説明会' }, history: [{ kind: 'created' }] }],
    calls: [{ call: { noticeProof: 'played', noticeVersion: 'v1' }, turns: [{ text: /山田太郎/ }, {}] }],
  });
});

t.test('the same in Japanese, in a file for its owner only', async (t) => {
  const path = join(directory, 'person.txt');
  const args = ['person', 'export', '--code', 's1001', '--format', 'text', '--out', path];
  t.match(await run(...args), { code: 0, out: '' });
  const text = readFileSync(path, 'utf8');
  for (const word of [
    '保有個人データ',
    '氏名: 山田 太郎',
    '未確認',
    '発信者: 山田太郎です',
    '最後まで再生、版 v1',
  ])
    t.ok(text.includes(word), word);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.match(await run(...args), { code: 1, err: /exists already; --force/ });
  writeFileSync(path, 'x'.repeat(100_000));
  chmodSync(path, 0o644);
  t.match(await run(...args, '--force'), { code: 0 });
  t.equal(statSync(path).mode & 0o777, 0o600, 'also when others could read it before');
  t.notMatch(readFileSync(path, 'utf8'), /xxx/);
});

t.test('several people are listed without their data, and nothing is exported', async (t) => {
  const twins = write(
    'twins.csv',
    '氏名,受付番号,携帯,日時\n双葉 一,T-1,090-7777-0001,2026/11/24 14:00\n双葉 二,T-2,090-7777-0001,2026/11/24 14:00\n',
  );
  t.match(await run('roster', 'import', twins, '--apply'), { code: 0 });
  const result = await run('person', 'export', '--phone', '090-7777-0001');
  t.match(result, { code: 1, out: '', err: /2 people.*--id/su });
  t.notMatch(result.err, /双葉|7777/);
  const id = /^ {2}(\S+) {2}双/m.exec(result.err)?.[1] ?? '';
  t.match(await run('person', 'export', '--id', id), { code: 0, out: /双葉/ });
});

t.test('nobody is said to be nobody', async (t) => {
  t.match(await run('person', 'erase', '--code', 'NONE-1', '--yes'), {
    code: 1,
    out: '',
    err: /Nothing is stored/,
  });
});

t.test('erasing shows first what would go, without the data, and does it when told', async (t) => {
  const dry = await run('person', 'erase', '--phone', '090-1234-0001');
  t.match(dry, { code: 0, out: /1 {2}applicants/, err: /dry run: nothing was removed/ });
  t.notMatch(dry.out, /山田|0001/);
  t.match(await run('person', 'export', '--code', 'S-1001'), { code: 0 });
  t.match(await run('person', 'erase', '--phone', '090-1234-0001', '--yes'), {
    code: 0,
    err: /^.*Removed\./su,
  });
  t.match(await run('person', 'export', '--code', 'S-1001'), { code: 1, err: /Nothing is stored/ });
  t.match(
    await run('roster', 'import', SAMPLE),
    { out: /1 new, 0 changed, 7 unchanged/ },
    'an import shows a return',
  );
});

t.test('retention is shown, tried dry, run and reported', async (t) => {
  t.match(await run('retention', 'report'), { code: 0, out: /transcript +2 .*No run yet/su });
  t.match(await run('retention', 'run', '--dry-run'), { code: 0, out: /transcript +2/, err: /dry run/ });
  t.match(await run('retention', 'run'), { code: 0, out: /Removed:.*transcript +2/su });
  t.match(await run('retention', 'run'), { code: 0, out: /Nothing was past its time/ });
  t.match(await run('retention', 'report'), {
    code: 0,
    out: /Runs:.*manual +nothing\n.*manual .*2 transcript/su,
  });
});
