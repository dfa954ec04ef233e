import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { widthOf } from '../../emulator/demo/width.ts';
import { run } from './program.ts';

/** Five calls and an embedded store on a busy machine, ms. */
t.setTimeout(110_000);

const FAST = ['--speed', '30'];
const GREETING = /お電話ありがとうございます。採用事務局でございます/gu;

/** The output of each call, and what comes after the calls. Wrapped speech is one line again. */
function sectionsOf(stdout: string): string[] {
  return stdout
    .replaceAll(/\n {16}/gu, '')
    .split('━━ ')
    .slice(1);
}

t.test('the demo plays five calls, shows list and messages, and says that all of it holds', async (t) => {
  // Not t.testdir: the lock of the store is a socket, whose path has to be short.
  const temporary = mkdtempSync(join(tmpdir(), 'dw-'));
  t.teardown(() => rmSync(temporary, { recursive: true }));
  const env = { TMPDIR: temporary };
  const { code, stdout, stderr } = await run(t, 'demo/main.js', { args: FAST, env });
  t.equal(stderr, '');
  t.equal(code, 0, stdout);
  const [attends = '', waits = '', absent = '', late = '', mother = '', list = '', texts = '', calls = ''] =
    sectionsOf(stdout);
  await t.test('the first is identified, read back, stored, and hears the goodbye', async (t) => {
    t.match(attends, /大学名[^]*予約番号[^]*ご出席ということで、よろしいでしょうか[^]*ご出席を承りました/u);
    t.match(attends, /それでは失礼いたします。\n.*hangup 200/u);
  });
  await t.test('the second finds the date full and waits', async (t) => {
    t.match(waits, /満席でございます[^]*いまのお席は取り消し[^]*キャンセル待ちを承りました/u);
  });
  await t.test('the third is met with sympathy', async (t) => {
    t.match(absent, /お大事になさってください[^]*ご欠席と承りました/u);
  });
  await t.test('of the fourth 大丈夫です is no yes, and the cut does not matter', async (t) => {
    t.match(
      late,
      /あ、大丈夫です[^]*not_clear[^]*はい、か、いいえ、で[^]*監視回線が切れました[^]*承りました/u,
    );
    t.equal(late.match(GREETING)?.length, 1);
  });
  await t.test('the fifth, a mother, changes nothing', async (t) => {
    t.match(mother, /ご本人様からのお電話で承っております[^]*take_message[^]*申し伝えます/u);
    t.notMatch(mother, /identify_caller|check_slots|update_attendance/u);
  });
  await t.test('the list shows before, after, and the words that were the yes', async (t) => {
    t.match(list, /S1001 +山田 太郎 +未確認 → 出席予定 +「はい、お願いします。」/u);
    t.match(list, /S1003 +髙橋 健一郎 +未確認 → 出席予定 +「はい、それでお願いします。」/u);
    t.match(list, /S1004 +坂田 美咲 +未確認 → 遅刻 +「はい。」、14:30 到着予定、交通事情/u);
    t.match(list, /S1005 +渡邉 翔 +未確認 → 欠席/u);
    t.match(list, /S1002 +佐藤 花子 +未確認\n/u);
    t.ok(stdout.split('\n').every((line) => widthOf(line) <= 80));
  });
  await t.test('whoever waited is told of the seat', async (t) => {
    t.match(texts, /髙橋 健一郎 +【見本商事】[^]*お席をご用意できま/u);
    t.equal(texts.match(/控え番号/gu)?.length, 5);
  });
  t.equal(calls.match(/ended {2}completed \(agent\) {2}played/gu)?.length, 5);
  t.match(calls, /監査記録 audit {2}異常なし[^]*5 calls, 4 changes by callers/u);
  t.match(calls, /✔ 5 calls completed, every goodbye heard to its end/u);
  t.match(calls, /✔ 4 decisions stored as they were spoken/u);
  t.notMatch(stdout, '\u001B', 'no colours without a terminal');
  t.same(readdirSync(temporary), [], 'the store is removed');
});

t.test('the demo notices a caller who hangs up early, says so and fails', async (t) => {
  const { code, stdout } = await run(t, 'demo/main.js', { args: [...FAST, '--hang-up-early'] });
  t.equal(code, 1);
  t.match(stdout, '✘ call 1: the call is ended (caller_hangup), not ended (completed)');
  t.match(stdout, '✘ call 1: 0 changes of attendance are stored, not 1');
  t.match(stdout, '✘ row 1 is stored as not_confirmed, not attending');
  t.match(stdout, '✘ no message attendance_confirmed to row 1');
  t.match(stdout, /✘ The demo does not hold: \d problems/u);
  t.notMatch(stdout, /✘ call [2-5]|✘ row [2-8]/u);
});

t.test('the demo explains itself', async (t) => {
  const { code, stdout } = await run(t, 'demo/main.js', { args: ['--help'] });
  t.equal(code, 0);
  t.match(stdout, /npm run demo[^]*--speed[^]*--hang-up-early/u);
});

for (const args of [['--speed', '0'], ['--speed', '41'], ['--fast']]) {
  t.test(`the demo refuses ${args.join(' ')}`, async (t) => {
    const { code, stdout, stderr } = await run(t, 'demo/main.js', { args });
    t.equal(code, 2);
    t.equal(stdout, '');
    t.match(stderr, args[0]);
  });
}
