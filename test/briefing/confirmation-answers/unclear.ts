import { answers, ATTEND, BARE, EXPLICIT, MORE, MOVE, OPEN, type AnswerGroup } from './questions.ts';

/** Answers that make another question necessary. */
export const UNCLEAR_GROUPS: readonly AnswerGroup[] = [
  {
    title: 'still unclear after はい or いいえ was asked for',
    question: EXPLICIT,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      大丈夫です / 結構です / いいです / いえ、はい / はい、いいえ / はい、いいえ、どちらでも /
      はい、そうですね
    `),
  },
  {
    title: 'a yes that goes on after it was asked for in words',
    question: EXPLICIT,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      はい、24日は / はい、出席の / はい、あの / はい、それが / 24日では / はい、24日では /
      はい、24日じゃ / わかりました、24日は / はい、すみませんが
    `),
  },
  {
    title: 'a yes that goes on',
    question: MOVE,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      はい、変更を / はい、変更に / はい、変更の / お願いします、26日は / はい、26日は、あの /
      はい、それでお願いします、あの
    `),
  },
  {
    title: 'words that are yes to some and no to others',
    question: BARE,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      大丈夫です / 大丈夫 / だいじょうぶです / ダイジョウブデス / あ、大丈夫です /
      すみません、大丈夫です / 結構です / けっこうです / 結構でございます / いいです /
      いいですよ / いい / 良いです / 平気です / 大丈夫です、ありがとうございます /
      大丈夫です。よろしくお願いします / 結構です、お願いします / いえ、はい / いいえ、はい /
      いや、はい / はい、いえ / はい、いや / うん、いや / いえ、大丈夫です /
      いえいえ、大丈夫です / いえ、それで大丈夫です / いや、お願いします / いえ、お願いします /
      違います、お願いします / お願いします、いえ、違います / そうですね / そうですねえ /
      はい、そうですね / なるほど / うーん / うーーん / う〜ん / ううーん / んー /
      はい、うーん / うーん、はい / あのーううん / あのううん、お願いします / ちょっと / はい、ちょっと / はい、お願いしたいんですけど /
      はい、まだ / はい、でも / はい、ただ / はあ / えっ / その日は大丈夫です /
      どちらでもいいです / はい、お願いします。駐車場もお願いします / はい、友達と一緒にお願いします /
      はい、お願いします。ご視聴ありがとうございました / はい、合ってると思います / 多分大丈夫です /
      たぶん / かもしれません / とりあえずお願いします / 一応お願いします / できればお願いします /
      微妙です / わかりません / わかんないです / 考えておきます / 検討します / 迷ってます /
      大丈夫だと思います / はい、たぶん / 大丈夫なはずです / 間違いなくはないです /
      悪くはないです / 問題なくはないです / 間違いないことはないです
    `),
  },
  {
    title: 'a decision that is taken back in the same breath',
    question: ATTEND,
    verdict: 'ambiguous',
    ask: 'decide',
    answers: answers(`
      行けたら行きます / 行けたら行く / 行ければ行きます / たぶん行きます / 多分、行けます /
      おそらく参加します / 行くと思います / はい、行くと思います / 行けると思います /
      行くかもしれません / 行けないかもしれません / たぶん行けません / 行くつもりです /
      出席の予定です / 行けなくはないです / 行けなくはない / 行けなくもないです /
      行けないことはないです / 行けないわけではありません / 行かないとは言えません /
      出られなくはないです / 参加できないことはないんですけど / はい、行けなくはないです /
      行けなくなるかもしれません / 一応行きます / とりあえず出席で / できれば参加します
    `),
  },
  {
    title: 'not heard',
    question: ATTEND,
    verdict: 'ambiguous',
    ask: 'read_back_again',
    answers: answers(`
      はい？ / え、はい？ / もう一度お願いします / すみません、もう一度お願いします /
      もう一度言ってください / 聞こえません / 聞こえなかったです / なんて言いましたか /
      お願いします？ / 大丈夫ですか / それでいいですか / 出席ですか / 行けますか？
    `),
  },
  {
    title: 'a moment, please',
    question: ATTEND,
    verdict: 'ambiguous',
    ask: 'wait',
    answers: answers(`
      ちょっと待ってください / 少々お待ちください / はい、ちょっと待ってください /
      少し待ってください / 今待ってください
    `),
  },
  {
    title: 'days and times that nobody read back',
    question: BARE,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      はい、24日でお願いします / 24日でお願いします / はい、2時で大丈夫です /
      はい、出席でお願いします
    `),
  },
  {
    title: 'はい, when there may be more',
    question: MORE,
    verdict: 'ambiguous',
    ask: 'yes_or_no',
    answers: answers(`
      はい / うん / ちょっと / そうですね
    `),
  },
  {
    title: 'agreement to a question that has no yes',
    question: OPEN,
    verdict: 'ambiguous',
    ask: 'purpose',
    answers: answers(`
      はい / はい、お願いします / そうです / お願いします / うん
    `),
  },
];
