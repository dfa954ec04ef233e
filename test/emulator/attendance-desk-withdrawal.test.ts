import t from 'tap';
import { startDesk } from './desk.ts';

/** Whole calls over real sockets on a busy machine, ms. */
t.setTimeout(110_000);

const desk = await startDesk(t);
const [, second] = desk.people;
const introduction = `${second?.kana}と申します。予約番号は${second?.code}です。`;

t.test('a withdrawal is received, read back and stored as one, without a question about it', async (t) => {
  const line = await desk.ring(2);
  const answer = await line.says('お世話になっております。他社に決まりましたので、説明会を辞退します。');
  t.match(answer, /^ご辞退のご連絡ですね、承知いたしました。恐れ入りますが、お名前/u);
  t.match(await line.says(introduction), /ご辞退ということで、よろしいでしょうか。$/u);
  t.match(await desk.registrationOf(2), { status: 'not_confirmed' });
  t.match(await line.says('はい、お願いします。'), /^ご辞退と承りました。/u);
  t.match(await desk.registrationOf(2), { status: 'withdrawn', reason: 'other_offer' });
  t.notMatch(line.call.heard.map(({ text }) => text).join(''), /理由|なぜ|どちらの会社/u);
  t.match((await line.tools()).at(-1), { name: 'update_attendance', arguments: /"withdraw"/ });
  await line.end();
});

t.test('who declines an offer of employment is taken down for the team', async (t) => {
  const line = await desk.ring(3);
  await line.says('内定を辞退したいのですが。');
  t.match(await line.says('鈴木一郎です。'), /担当者に申し伝える/u);
  t.match(await desk.registrationOf(3), { status: 'not_confirmed', version: 1 });
  await line.end();
});
