import t from 'tap';
import type { ToolCallRecord } from '../../src/store/ports.ts';
import { startDesk, type Line } from './desk.ts';

/** Whole calls over real sockets on a busy machine, ms. */
t.setTimeout(110_000);

const desk = await startDesk(t, { TRANSFER_TARGETS: 'office=tel:+81312340001' });
const STRANGER = '+819012340099';

/** Says who is calling in one sentence, so that the desk may change things. */
async function introduce(line: Line, number: number): Promise<string> {
  const { kana, code } = desk.people[number - 1] ?? { kana: '', code: '' };
  return line.says(`${kana}と申します。予約番号は${code}です。`);
}

const names = (tools: readonly ToolCallRecord[]): string[] => tools.map(({ name }) => name);

t.test('a caller who attends is asked one thing at a time, read back, stored and thanked', async (t) => {
  const line = await desk.ring(1);
  t.equal(
    await line.says('もしもし、説明会に出席します。'),
    'ご出席のご連絡ですね、ありがとうございます。恐れ入りますが、お名前をフルネームでお願いできますでしょうか。',
  );
  t.match(await line.says('山田太郎です。'), /^恐れ入りますが、大学名を.*か。$/u);
  t.match(await line.says('見本大学です。'), /^恐れ入りますが、予約番号、または受付番号を/u);
  t.match(await line.says('S1001です。'), /火曜日、午後2時から、本社ホールでの説明会に、ご出席ということで/u);
  t.match(await desk.registrationOf(1), { status: 'not_confirmed' }, 'nothing is stored before the answer');
  t.match(
    await line.says('はい、お願いします。'),
    /^ご出席を承りました。確認のメッセージをお送りします。ほかにご用件/u,
  );
  t.match(await desk.registrationOf(1), { status: 'attending' });
  t.match(await line.says('大丈夫です。ありがとうございました。'), /失礼いたします。$/u);
  t.equal(await line.end(), 'completed');
  t.same(names(await line.tools()), [
    'identify_caller',
    'identify_caller',
    'identify_caller',
    'update_attendance',
    'update_attendance',
    'end_call',
  ]);
});

t.test('who says again what stands is promised no second message', async (t) => {
  const line = await desk.ring(1);
  await line.says('説明会に出席します。山田太郎です。予約番号はS1001です。');
  t.match(await line.says('はい、お願いします。'), /^ご出席を承りました。ほかにご用件/u);
  await line.end();
});

t.test('who says everything at once is asked nothing, and 大丈夫です alone is no yes', async (t) => {
  const line = await desk.ring(4);
  const answer = await line.says('電車が遅れていて、15分ほど遅れます。坂田美咲です。予約番号はS1004です。');
  t.match(answer, /^遅れていらっしゃるのですね.*遅れて午後2時15分ごろのご到着ということで/u);
  t.match(await line.says('大丈夫です。'), /はい、か、いいえ、でお答えください。$/u);
  t.match(await desk.registrationOf(4), { status: 'not_confirmed' });
  t.match(await line.says('はい。'), /^午後2時15分ごろのご到着と承りました。/u);
  t.match(await desk.registrationOf(4), { status: 'late', reason: 'transport' });
  t.match(await line.says('大丈夫です。'), /失礼いたします。$/u, 'there is nothing else');
  t.equal(await line.end(), 'completed');
});

t.test('a late caller is asked for the time, and a time before the start is asked again', async (t) => {
  const line = await desk.ring(2);
  await line.says('説明会に遅れそうです。');
  t.match(await introduce(line, 2), /何時ごろのご到着になりそうでしょうか。$/u);
  t.match(await line.says('1時半ごろです。'), /開始のあとの、ご到着の時刻/u);
  t.match(await line.says('2時半ごろになります。'), /午後2時30分ごろのご到着ということで/u);
  t.match(await line.says('いえ、やっぱり3時です。'), /午後3時ごろのご到着ということで/u);
  t.match(await line.says('はい、お願いします。'), /午後3時ごろのご到着と承りました/u);
  t.match(await desk.registrationOf(2), { status: 'late' });
  await line.end();
});

t.test(
  'a full date is said to be full, and whoever waits for it hears what becomes of the seat',
  async (t) => {
    const line = await desk.ring(3);
    t.match(await line.says('日程を変更したいのですが。'), /^日程のご変更ですね、承知いたしました。/u);
    t.match(await introduce(line, 3), /空いておりますのは、.*木曜日、午後4時からのオンラインの回/u);
    const full = /(\d+)日/u.exec(desk.people[4]?.when.replace(/^.*月/u, '') ?? '')?.[1] ?? '';
    const offered = await line.says(`${full}日でお願いします。`);
    t.match(offered, /あいにく、.*水曜日、午前10時からの回は満席.*いまのお席は取り消しとなります。いかが/u);
    t.match(
      await line.says('キャンセル待ちでお願いします。'),
      /満席ですので、いまのお席を取り消して、キャンセル待ちということで/u,
    );
    t.match(await line.says('はい、お願いします。'), /^キャンセル待ちを承りました。お席が空きましたら/u);
    t.match(await desk.registrationOf(3), { status: 'waiting' });
    await line.end();
  },
);

t.test('an absence is met with sympathy, without a question about it, and frees the seat', async (t) => {
  const line = await desk.ring(5);
  const answer = await line.says('すみません、熱が出てしまって、説明会を欠席させてください。');
  t.match(
    answer,
    /^ご欠席ですね、ご連絡ありがとうございます。どうぞお大事になさってください。恐れ入りますが、お名前/u,
  );
  t.match(await introduce(line, 5), /ご欠席ということで、よろしいでしょうか。$/u);
  t.match(await line.says('はい、そうです。'), /^ご欠席と承りました。/u);
  const heard = line.call.heard.map(({ text }) => text).join('');
  t.notMatch(heard, /症状|病名|どうされ|いつから|理由/u);
  t.match(await desk.registrationOf(5), { status: 'absent', reason: 'unwell' });
  t.match(await desk.registrationOf(3), { status: 'attending' }, 'who waited has the seat');
  await line.end();
});

t.test('a free date is read back and taken', async (t) => {
  const line = await desk.ring(6);
  await line.says('別の日に変更していただけますか。');
  t.match(await introduce(line, 6), /どちらになさいますか。$|いかがなさいますか。$/u);
  t.match(
    await line.says('木曜日でお願いします。'),
    /のご予約を、.*木曜日、午後4時から.*に変更ということで/u,
  );
  t.match(await line.says('はい、お願いします。'), /^ご予約を変更いたしました。/u);
  t.match(await desk.registrationOf(6), { status: 'moved' });
  await line.end();
});

t.test('a date that does not exist is not invented, and the reservation can stay as it is', async (t) => {
  const line = await desk.ring(7);
  await line.says('日程を変更したいです。');
  await introduce(line, 7);
  t.match(await line.says('1月3日はどうですか。1月3日でお願いします。'), /その日の説明会はございません/u);
  t.match(await line.says('それでは、そのままで結構です。'), /いまのご予約のままといたします。ほかに/u);
  t.match(await desk.registrationOf(7), { status: 'not_confirmed', version: 1 });
  t.match(await line.says('いえ、ありません。'), /失礼いたします。$/u);
  await line.end();
});

t.test('a no changes nothing, and what holds instead is asked', async (t) => {
  const line = await desk.ring(8);
  await line.says('説明会に出席します。');
  await introduce(line, 8);
  t.match(await line.says('いいえ、違います。'), /どのように承ればよろしいでしょうか。$/u);
  t.match(await desk.registrationOf(8), { status: 'not_confirmed', version: 1 });
  t.match(await line.says('欠席でお願いします。'), /ご欠席ということで/u);
  t.match(await line.says('はい、お願いします。'), /^ご欠席と承りました。/u);
  await line.end();
});

t.test('who cannot say yet is taken down as undecided', async (t) => {
  const line = await desk.ring(7);
  await line.says('説明会に参加できるか、まだ決まっていません。');
  t.match(await introduce(line, 7), /ご出席は未定ということで/u);
  t.match(await line.says('はい、お願いします。'), /^未定と承りました。/u);
  t.match(await desk.registrationOf(7), { status: 'undecided' });
  await line.end();
});

t.test('who would rather attend online is taken down so', async (t) => {
  const line = await desk.ring(1);
  await line.says('会場ではなくオンラインで参加したいのですが。');
  t.match(await introduce(line, 1), /お調べいたします。.*会場ではなくオンラインでのご参加ということで/u);
  t.match(await line.says('はい、お願いします。'), /^オンラインでのご参加を承りました。/u);
  t.match(await desk.registrationOf(1), { status: 'online' });
  await line.end();
});

t.test('questions are answered from the data, and what it does not hold goes to the team', async (t) => {
  const line = await desk.ring(4);
  t.match(await line.says('会場の場所を教えてください。'), /お名前をフルネームで/u);
  t.match(await line.says('坂田美咲です。例示工業大学です。'), /会場は、本社ホールでございます。/u);
  t.match(await line.says('持ち物は何ですか。'), /お持ち物は、筆記用具と学生証とご案内しております。/u);
  t.match(await line.says('服装はスーツですか。'), /服装は、ふだんの服装でお越しくださいとご案内/u);
  t.match(
    await line.says('私の予約の日時を確認したいのですが。'),
    /火曜日、午後2時から、本社ホールで、ご予約/u,
  );
  t.match(
    await line.says('駐車場はありますか。'),
    /分かりかねますので.*「駐車場はありますか。」とのこと、担当者に申し伝える/u,
  );
  t.match(await line.says('はい、お願いします。'), /担当者に申し伝えます。ほかに/u);
  t.match((await desk.service.app.store.calls.listMessages(10))[0], {
    callId: line.call.id,
    body: /駐車場/u,
  });
  t.match(await desk.registrationOf(4), { status: 'late' }, 'reading needs no code and changes nothing');
  await line.end();
});

t.test('what the scenario answers is told to anybody', async (t) => {
  const line = await desk.ring(STRANGER);
  t.match(await line.says('この通話は録音していますか。'), /文字で記録しております。ほかにご用件/u);
  t.match(await line.says('欠席すると選考に影響しますか。'), /選考については、この電話ではお答えできません/u);
  t.same(await line.tools(), [], 'nobody was identified for it');
  await line.end();
});

t.test('a question instead of a yes is answered, and the change is read back again', async (t) => {
  const line = await desk.ring(2);
  await line.says('説明会に出席します。');
  await introduce(line, 2);
  t.match(
    await line.says('駐車場はありますか。'),
    /担当者より折り返し.*ご出席ということで、よろしいでしょうか。$/u,
  );
  t.match(await line.says('はい、お願いします。'), /^ご出席を承りました。/u);
  t.match(await desk.registrationOf(2), { status: 'attending' });
  await line.end();
});

t.test('a mother changes nothing: her message is read back and kept', async (t) => {
  const line = await desk.ring(STRANGER);
  const answer = await line.says('中村大輔の母ですが、明日の説明会を休ませてください。');
  t.match(
    answer,
    /ご本人様からのお電話で承っております.*中村大輔様のお母様より、明日の説明会は、ご欠席とのこと/u,
  );
  t.match(await line.says('はい、お願いします。'), /担当者に申し伝えます。/u);
  t.same(names(await line.tools()), ['take_message'], 'nobody was identified, nothing was looked up');
  t.match(await desk.registrationOf(7), { status: 'undecided' });
  await line.end();
});

t.test('a parent who names nobody is asked for the name of the applicant', async (t) => {
  const line = await desk.ring(STRANGER);
  t.match(await line.says('母です。息子が説明会に遅れます。'), /ご本人様のお名前をフルネーム/u);
  t.match(
    await line.says('コバヤシ ユウです。'),
    /コバヤシ ユウ様のお母様より、説明会は、ご到着が遅れるとのこと/u,
  );
  t.match(await line.says('いいえ、欠席です。'), /失礼いたしました。.*ご欠席とのこと/u);
  await line.end();
});

t.test('a stranger is not told whether anybody is on the roster, and leaves a message', async (t) => {
  const line = await desk.ring(STRANGER);
  await line.says('説明会に出席します。');
  await line.says('鈴木一郎です。');
  const first = await line.says('見本大学です。');
  t.match(first, /こちらでは確認できませんでした。もう一度、お名前をフルネームと、予約番号/u);
  const second = await line.says('鈴木一郎、予約番号はZ9999です。');
  t.match(second, /伝言として承ります。鈴木一郎様より、説明会は、ご出席とのこと/u);
  t.match(await line.says('はい、お願いします。'), /担当者に申し伝えます/u);
  await line.end();
});

t.test('who was not found is kept as a lead, with the name as it sounds', async (t) => {
  const line = await desk.ring('+819012340096');
  await line.says('説明会に出席します。鈴木一郎です。予約番号はZ9997です。');
  await line.says('鈴木一郎です。予約番号はZ9996です。');
  t.match(await line.says('はい、お願いします。'), /担当者に申し伝えます/u);
  const [lead] = (await line.tools()).filter(({ name }) => name === 'save_lead');
  t.match(lead, { status: 'ok', arguments: /スズキ イチロウ.*reservation/u });
  await line.end();
});

t.test('who asks for it in writing gets a message, once it is known who calls', async (t) => {
  const line = await desk.ring(6);
  t.match(await line.says('会場の案内をメッセージで送っていただけますか。'), /お名前をフルネーム/u);
  t.match(await introduce(line, 6), /^メッセージをお送りします。ほかにご用件/u);
  t.match((await line.tools()).at(-1), { name: 'send_message', status: 'ok' });
  await line.end();
});

t.test('a wrong code reaches nobody, whatever the name', async (t) => {
  const line = await desk.ring('+819012340097');
  await line.says('説明会を欠席します。佐藤花子です。予約番号はZ9999です。');
  t.match(await line.says('佐藤花子です。予約番号はZ9998です。'), /確認できませんでした。担当者への伝言/u);
  t.match(await desk.registrationOf(2), { status: 'attending' });
  t.notOk(names(await line.tools()).includes('update_attendance'));
  await line.end();
});

t.test('who does not have the code leaves a message', async (t) => {
  const line = await desk.ring(8);
  await line.says('説明会に出席します。小林優です。');
  await line.says('例示女子大学です。');
  t.match(await line.says('予約番号が分かりません。'), /伝言として承ります。小林優様より/u);
  await line.end();
});

t.test('nothing is told about other people', async (t) => {
  const line = await desk.ring(1);
  t.match(
    await line.says('佐藤さんの予約を教えてください。'),
    /ほかの方のお申し込みについては、お答えいたしかねます/u,
  );
  t.same(await line.tools(), []);
  await line.end();
});

t.test('a name whose reading is not known is asked for again', async (t) => {
  const line = await desk.ring(STRANGER);
  await line.says('説明会に出席します。');
  t.match(await line.says('東海林杏です。'), /お名前の読み方/u);
  t.match(await line.says('ショウジ アンです。'), /大学名/u);
  t.match((await line.tools())[0]?.arguments, /ショウジ アン/u);
  await line.end();
});

t.test('the caller may ask to wait, to hear it again, and whether this is a person', async (t) => {
  const line = await desk.ring(STRANGER);
  const question = await line.says('説明会に出席します。');
  t.equal(await line.says('すみません、もう一度お願いします。'), question);
  t.match(await line.says('少々お待ちください。'), /^はい、お待ちしております。$/u);
  t.match(await line.says('ロボットですか。'), /^はい、AIがお受けしております。/u);
  await line.end();
});

t.test('who asks for a person is put through', async (t) => {
  const line = await desk.ring(STRANGER);
  await line.says('担当者の方につないでください。');
  t.same(names(await line.tools()), ['transfer_to_human']);
  await line.call.ended();
  t.equal(await line.end(), 'transferred');
});
