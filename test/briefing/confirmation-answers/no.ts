import {
  answers,
  ABSENT,
  ATTEND,
  EXPLICIT,
  LATE,
  MORE,
  MOVE,
  ONLINE,
  WAITLIST,
  WITHDRAW,
  type AnswerGroup,
} from './questions.ts';

/** Answers that refuse or correct, and words that are no answer to a proposal. */
export const NO_GROUPS: readonly AnswerGroup[] = [
  {
    title: 'いいえ after it was asked for in words',
    question: EXPLICIT,
    verdict: 'no',
    answers: answers(`
      いいえ / いえ / いーえ / ノー / いいえ、違います / ううん
    `),
  },
  {
    title: 'a no to a read-back',
    question: ATTEND,
    verdict: 'no',
    answers: answers(`
      いいえ / いいえ。 / いえ / いえいえ / いや / いやいや / いーえ / イイエ /
      ｲｲｴ / ううん / ノー / 違います / ちがいます / チガイマス / 違う / 違いますよ /
      違うんです / いえ、違います / いいえ、ちがいます / はい、違います / うん、違う /
      えっと、違います / すみません、違います / 間違っています / 間違ってます / だめです /
      駄目です / 無理です / ちょっと無理です / 嫌です / やめてください / やめておきます /
      取り消してください / できません / そうではありません / そうじゃないです / 困ります /
      いりません / 難しいです / ちょっと難しいです / 行けません / 行けないです /
      行けないんです / 行きません / 行かないです / 行かない / いけません / 出られません /
      出られないです / 出られなくなりました / 行けなくなりました / 行けなくなってしまいました /
      行けなくなってしまって / 参加できません / 参加できなくなりました / 出席できません /
      出席しません / 伺えません / 伺えなくなりました / すみません、行けません /
      申し訳ありませんが、行けません / はい、行けません / はい、行けないです / いえ、行けません /
      えっと、行けないんですけど / 行けません、すみません / 都合が悪くなりました /
      予定が入ってしまって行けません / 熱が出て行けなくなりました / 24日は行けません /
      いえ、ちょっと
    `),
  },
  {
    title: 'a no that says what holds instead',
    question: ATTEND,
    verdict: 'correction',
    answers: answers(`
      いえ、25日です / いいえ、25日です / いえ、二十五日です / 25日です /
      25日でお願いします / はい、25日でお願いします / はい、28日で大丈夫です /
      24日じゃなくて25日です / 24日ではなくて25日です / 24日ではなく、25日でお願いします /
      いえ、水曜日です / はい、水曜日で / はい、24日の水曜日で大丈夫です / いえ、3時です /
      はい、午前2時で / はい、15時からで大丈夫です / 2時じゃなくて3時です /
      はい、明日でお願いします / いえ、12月24日です / はい、2027年11月24日で / 欠席です /
      欠席でお願いします / はい、欠席でお願いします / はい、欠席します / いえ、欠席です /
      いえ、欠席でお願いします / キャンセルでお願いします / キャンセルします /
      はい、キャンセルしてください / 辞退します / お休みします / 出席ではなくて欠席です /
      変更したいです / 変更をお願いします / いえ、日程を変更したいです / 別の日にお願いします /
      はい、別の日でお願いします / オンラインでお願いします / はい、オンラインで参加します /
      遅刻します / はい、遅れます / はい、行きますけど遅れます / いえ、鈴木です /
      いいえ、渋谷です / いえ、そうじゃなくて
    `),
  },
  {
    title: 'no answer at all',
    question: ATTEND,
    verdict: 'unrelated',
    answers: [
      '',
      ...answers(`
      。 / … / ♪♪ / ご視聴ありがとうございました / ご視聴ありがとうございました。 /
      最後までご視聴いただきありがとうございます / チャンネル登録お願いします /
      チャンネル登録よろしくお願いします / ご清聴ありがとうございました / おやすみなさい /
      お疲れ様でした / 字幕視聴ありがとうございました / えっと / あのー / えーと / えー /
      あー / すみません / もしもし / ありがとうございます / ありがとうございました / それで /
      それで、あの / 駐車場はありますか / 持ち物は何ですか / 服装はどうすればいいでしょうか /
      場所はどこですか？ / 渋谷駅 / 田中 / 今日はいい天気でした / hello hello /
      음성
    `),
    ],
  },
  {
    title: 'a correction of an absence',
    question: ABSENT,
    verdict: 'correction',
    answers: answers(`
      出席します / いえ、行きます / はい、行きます / いえ、出席です / 欠席じゃなくて遅刻です /
      はい、25日で
    `),
  },
  {
    title: 'an absence, when the withdrawal was read back',
    question: WITHDRAW,
    verdict: 'correction',
    answers: answers(`
      欠席でお願いします / はい、欠席で / はい、欠席でお願いします / はい、キャンセルで /
      キャンセルでお願いします / はい、お休みします / 出席します / 辞退じゃなくて欠席です
    `),
  },
  {
    title: 'words that have only begun',
    question: MOVE,
    verdict: 'unrelated',
    answers: answers(`
      あの、変更を / 変更の / 変更に / あの、変更をですね / 別の日に / 別の日が / 26日は /
      26日の / 26日に / 26日が / 26日じゃ / 26日は、あの / それが / 26日は、ありがとうございます
    `),
  },
  {
    title: 'words that have only begun, when はい or いいえ was asked for',
    question: EXPLICIT,
    verdict: 'unrelated',
    answers: answers(`
      24日は / 24日は、あの / 出席の / 24日じゃ / 2時からの / それが
    `),
  },
  {
    title: 'an absence that has only begun',
    question: ABSENT,
    verdict: 'unrelated',
    answers: ['欠席の', '欠席のですね', '24日は', '行けなくて'],
  },
  {
    title: 'lateness that has only begun',
    question: LATE,
    verdict: 'unrelated',
    answers: ['遅刻の', '遅れて'],
  },
  {
    title: 'taking part online, only begun',
    question: ONLINE,
    verdict: 'unrelated',
    answers: ['オンラインの', 'オンラインに'],
  },
  {
    title: 'the waiting list, only begun',
    question: WAITLIST,
    verdict: 'unrelated',
    answers: ['キャンセル待ちを', 'キャンセル待ちに', 'あの、キャンセル待ちを'],
  },
  {
    title: 'no yes to a late arrival',
    question: LATE,
    verdict: 'correction',
    answers: answers(`
      はい、2時半で / いえ、30分です / 欠席します / はい、午後3時ごろでお願いします
    `),
  },
  {
    title: 'no yes to another day',
    question: MOVE,
    verdict: 'correction',
    answers: answers(`
      はい、24日で / 24日でお願いします / いえ、27日です / はい、金曜日で /
      欠席でお願いします
    `),
  },
  {
    title: 'giving up the waiting list',
    question: WAITLIST,
    verdict: 'correction',
    answers: answers(`
      キャンセルします / キャンセルでお願いします / いえ、別の日にします
    `),
  },
  {
    title: 'nothing more to talk of',
    question: MORE,
    verdict: 'no',
    answers: answers(`
      いえ、大丈夫です / 大丈夫です / はい、大丈夫です / 結構です / ないです / 特にありません /
      特にないです / ありません / いいえ / 以上です / はい、以上です / それだけです /
      ありがとうございました / いえ、ありがとうございます / はい、ありがとうございました
    `),
  },
  {
    title: 'something more to talk of',
    question: MORE,
    verdict: 'yes',
    answers: answers(`
      あります / はい、あります / あ、もう一つ / 質問があります
    `),
  },
  {
    title: 'the next subject itself',
    question: MORE,
    verdict: 'unrelated',
    answers: answers(`
      駐車場はありますか / 持ち物を教えてください / 日程を変更したいです / やっぱり行けません /
      担当者に代わってください
    `),
  },
];
