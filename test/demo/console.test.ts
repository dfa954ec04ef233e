import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startEmulator, standInModel } from '../../emulator/index.ts';
import { seedDataDir } from '../store/template.ts';
import { run } from './program.ts';

/** Several calls, each with an embedded store, on a busy machine, ms. */
t.setTimeout(170_000);

const FAST = ['--speed', '60'];

/** A store of its own that need not be made first. */
async function stored(t: Test): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'dw-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  await seedDataDir(directory);
  return ['--data-dir', directory];
}

t.test('an applicant of the sample roster is understood, stored, and known in the next call', async (t) => {
  const args = [...FAST, '--as', '3', ...(await stored(t))];
  const lines = [
    '説明会を欠席します',
    '髙橋健一郎です。予約番号はS1003です',
    'はい、お願いします',
    '大丈夫です',
  ];
  const { code, stdout, stderr } = await run(t, 'console/main.js', { args, input: `${lines.join('\n')}\n` });
  t.equal(stderr, '');
  t.equal(code, 0, stdout);
  t.match(stdout, /あなたは髙橋 健一郎 \(タカハシ ケンイチロウ\)、例示工業大学、予約番号 S1003/u);
  t.match(stdout, /電話番 {2}お電話ありがとうございます。\n[^]*応募者 {2}説明会を欠席します\n[^]*お名前/u);
  t.match(stdout, /それでは失礼いたします。\n.*電話番が電話を切りました/u);
  t.match(stdout, /ended {2}completed \(agent\) {2}played.*\+819012340003/u);
  t.match(stdout, /S1003 +髙橋 健一郎 +未確認 → 欠席 +「はい、お願いします」/u);
  t.notMatch(stdout, 'S1001', 'nobody else is shown');
  const again = ['出席します。髙橋健一郎です。番号はS1003です', 'はい、お願いします'];
  const second = await run(t, 'console/main.js', { args, input: `${again.join('\n')}\n` });
  t.match(second.stdout, /髙橋 健一郎 +欠席 → 出席予定/u);
});

t.test('the rows are listed without a call, and a row that is not there is named', async (t) => {
  const list = await run(t, 'console/main.js', { args: ['--as', 'list'] });
  t.equal(list.code, 0);
  t.match(list.stdout, /3 {2}髙橋 健一郎 +例示工業大学 +S1003 +\d+年/u);
  const missing = await run(t, 'console/main.js', { args: ['--as', '99'] });
  t.equal(missing.code, 1);
  t.match(missing.stderr, '--as 99: the sample roster has 8 rows');
  const wrong = await run(t, 'console/main.js', { args: ['--as', 'me'] });
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, '--as list shows them');
});

t.test('keys, silence, wrong commands and the hang-up do what they say', async (t) => {
  const { code, stdout } = await run(t, 'console/main.js', {
    args: FAST,
    env: { SILENCE_REPROMPT_SECONDS: '3' },
    input: '/12\n\n/wait 3.5\n/2\n/quit\nまだいます\n',
  });
  t.equal(code, 0, stdout);
  t.match(stdout, '/12?\n    /1 … /9');
  t.match(
    stdout,
    /お声が届いていないようです[^]*2 のボタンを押しました\n[^]*予約番号の数字を押し[^]*電話を切りました/u,
  );
  t.match(stdout, /\[キー入力\] 2/u);
  t.match(stdout, 'ended  caller_hangup (caller)');
  t.notMatch(stdout, '応募者  ', 'nothing was said, and nothing after the end');
});

t.test('a live call takes its words from a Realtime session', async (t) => {
  const openai = await startEmulator({
    apiKey: 'sk-live',
    model: async (turn) => {
      const parts = await standInModel(turn);
      return parts.map((part) => ('say' in part ? { say: `${part.say}実況` } : part));
    },
  });
  t.teardown(() => openai.close());
  const { code, stdout, stderr } = await run(t, 'console/main.js', {
    args: [...FAST, '--live', ...(await stored(t))],
    env: { OPENAI_API_KEY: 'sk-live', OPENAI_BASE_URL: openai.baseUrl },
    input: '欠席します\n失礼します\n',
  });
  t.equal(stderr, '');
  t.equal(code, 0, stdout);
  t.match(stdout, /ご用件をお聞かせください。\n.*実況\n/u);
  t.match(stdout, /ご欠席ですね[^]*end_call[^]*失礼いたします。/u);
  t.match(stdout, 'completed (agent)');
});

t.test('a live call that is refused says so', async (t) => {
  const openai = await startEmulator({ apiKey: 'sk-live' });
  t.teardown(() => openai.close());
  const { stdout, stderr } = await run(t, 'console/main.js', {
    args: [...FAST, '--live', ...(await stored(t))],
    env: { OPENAI_API_KEY: 'sk-other', OPENAI_BASE_URL: openai.baseUrl },
  });
  t.match(stdout, /応答に失敗しました: no realtime session:[^]*401/u);
  t.notMatch(stdout + stderr, 'sk-other');
});

t.test('a variable that the service cannot use is named, and no call begins', async (t) => {
  const env = { SILENCE_REPROMPT_SECONDS: '1' };
  const { code, stdout, stderr } = await run(t, 'console/main.js', { args: FAST, env });
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(stderr, 'SILENCE_REPROMPT_SECONDS');
});

for (const [name, env, message] of [
  ['without a key', {}, /^--live needs OPENAI_API_KEY/],
  [
    'over an unencrypted line',
    { OPENAI_API_KEY: 'sk-live', OPENAI_BASE_URL: 'http://api.example/v1' },
    /OPENAI_BASE_URL/,
  ],
] as const) {
  t.test(`a live call ${name} does not begin`, async (t) => {
    const { code, stdout, stderr } = await run(t, 'console/main.js', { args: ['--live'], env });
    t.equal(code, 1);
    t.equal(stdout, '');
    t.match(stderr, message);
    t.notMatch(stderr, /sk-live|at .*\.js/u);
  });
}

t.test('the console explains itself and says what --live was never tried against', async (t) => {
  const { code, stdout } = await run(t, 'console/main.js', { args: ['--help'] });
  t.equal(code, 0);
  t.match(stdout, /npm run call[^]*--live[^]*never yet against OpenAI/u);
});
