import t from 'tap';
import { createPaint, paintFor } from '../../emulator/demo/paint.ts';
import { Screen } from '../../emulator/demo/screen.ts';
import { renderTable } from '../../emulator/demo/table.ts';
import { fit, padEnd, widthOf, wrap } from '../../emulator/demo/width.ts';

for (const [text, width] of [
  ['abc', 3],
  ['電話番', 6],
  ['ｱｲｳ', 3],
  ['ＡＢ', 4],
  ['「はい。」', 10],
  ['⚡🔧', 4],
  ['☎⌨✔', 3],
  ['が', 2],
  ['か\u3099', 2],
] as const) {
  t.test(`${text} is ${width} columns wide`, async (t) => {
    t.equal(widthOf(text), width);
  });
}

t.test('text that is too long ends in an ellipsis and keeps within its columns', async (t) => {
  t.equal(fit('お電話ありがとうございます', 9), 'お電話あ…');
  t.equal(fit('お電話', 6), 'お電話');
  t.equal(widthOf(padEnd(fit('お電話あり', 8), 8)), 8);
});

t.test('wrapped text loses nothing, and no line begins with a closing mark', async (t) => {
  const text = 'お電話ありがとうございます。AIが、ご用件を承ります。take_message を使います。';
  for (let columns = 12; columns < 60; columns += 1) {
    const lines = wrap(text, columns);
    t.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    t.ok(lines.every((line) => widthOf(line) <= columns + 2 && !/^[、。]/u.test(line)));
  }
});

t.test('the columns of a table stand under each other whatever is written in them', async (t) => {
  const lines = renderTable(
    [{ title: '名前' }, { title: 'n', align: 'right' }, { title: '本文', fill: 'wrap' }],
    [
      ['山田太郎', '1', '11月25日の説明会に出席されるとのことです。'],
      ['Li', '20', 'ok'],
    ],
    36,
  );
  t.same(lines, [
    '名前       n  本文',
    '─'.repeat(36),
    '山田太郎   1  11月25日の説明会に出席',
    '              されるとのことです。',
    'Li        20  ok',
  ]);
});

t.test('colours need a terminal and nobody who objects', async (t) => {
  t.not(paintFor({ isTTY: true }, undefined).red('x'), 'x');
  t.equal(paintFor({ isTTY: true }, '1').red('x'), 'x');
  t.equal(paintFor({}, undefined).red('x'), 'x');
});

/** A screen, and what is written on it. */
function screenOf(pace: 'characters' | 'sentences' | 'at once') {
  const written: string[] = [];
  const output = { columns: 80, write: (text: string) => written.push(text) };
  return { screen: new Screen(output, createPaint(false), pace), text: () => written.join('') };
}

t.test('speech appears letter by letter, and whole before anything else is written', async (t) => {
  const { screen, text } = screenOf('characters');
  screen.agentSpeech(0, 'はいどうも', 1_000, 100);
  screen.advance(1_150);
  t.equal(text(), '   0.0  電話番  はい');
  screen.event(500, '☎', '切断');
  t.equal(text(), '   0.0  電話番  はいどうも\n   0.5       ☎  切断\n');
});

t.test('speech appears sentence by sentence, and what was cut does not', async (t) => {
  const { screen, text } = screenOf('sentences');
  screen.agentSpeech(0, 'はい。どうも。それでは。', 1_000, 100);
  screen.advance(1_000);
  t.equal(text(), '   0.0  電話番  はい。\n');
  screen.callerSpeech(100, 'あの');
  screen.advance(1_300);
  screen.cut();
  screen.advance(9_000);
  t.equal(text(), '   0.0  電話番  はい。\n   0.1  応募者  あの\n   0.3  電話番  どうも。\n');
});
