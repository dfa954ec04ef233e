import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { run } from './program.ts';

/** Three calls and an embedded store on a busy machine, ms. */
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

t.test('the demo plays three calls, shows what was stored and says that all of it holds', async (t) => {
  // Not t.testdir: the lock of the store is a socket, whose path has to be short.
  const temporary = mkdtempSync(join(tmpdir(), 'dw-'));
  t.teardown(() => rmSync(temporary, { recursive: true }));
  const env = { TMPDIR: temporary };
  const { code, stdout, stderr } = await run(t, 'demo/main.js', { args: FAST, env });
  t.equal(stderr, '');
  t.equal(code, 0, stdout);
  const [normal = '', silent = '', broken = '', stored = ''] = sectionsOf(stdout);
  await t.test('the first takes a message and says goodbye', async (t) => {
    t.match(normal, /take_message caller_name=山田太郎/u);
    t.match(normal, /お間違いないでしょうか/u);
    t.match(normal, /それでは失礼いたします。\n.*hangup 200/u);
  });
  await t.test('the second climbs from silence to the keypad', async (t) => {
    t.match(silent, /お声が届いていない[^]*ボタンでも承ります[^]*2 のボタン[^]*ご欠席ですね/u);
  });
  await t.test('the third goes on after two cuts and greets once', async (t) => {
    t.equal(broken.match(/監視回線が切れました/gu)?.length, 2);
    t.equal(broken.match(/再接続しました/gu)?.length, 2);
    t.equal(broken.match(GREETING)?.length, 1);
    t.match(broken, /それでは失礼いたします。\n.*hangup 200/u);
  });
  t.equal(stored.match(/ended {2}completed \(agent\) {2}played/gu)?.length, 3);
  t.match(stored, /鈴木一郎 {2}\+819012340003 {2}11月27日の説明会に遅れる/u);
  t.match(stored, /✔ 3 calls completed, every goodbye heard to its end, 3 messages kept/u);
  t.notMatch(stdout, '\u001B', 'no colours without a terminal');
  t.same(readdirSync(temporary), [], 'the store is removed');
});

t.test('the demo notices a caller who hangs up early, says so and fails', async (t) => {
  const { code, stdout } = await run(t, 'demo/main.js', { args: [...FAST, '--hang-up-early'] });
  t.equal(code, 1);
  t.match(stdout, '✘ call 1: the call is ended (caller_hangup), not ended (completed)');
  t.match(stdout, '✘ call 1: 0 messages are stored, not one');
  t.match(stdout, /✘ The demo does not hold: 5 problems/u);
  t.notMatch(stdout, /✘ call [23]/u);
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
