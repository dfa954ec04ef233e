import { foldWidth, toHiragana } from './kana.ts';
import {
  dateMentions,
  foldForMentions,
  timeMentions,
  type DateMention,
  type TimeMention,
} from './spoken-mention.ts';

/** Stands for a day that was spoken of. */
export const DATE_SIGN = '\u{E000}';
/** Stands for a time of day that was spoken of. */
export const TIME_SIGN = '\u{E001}';

/** An answer in one spelling: hiragana, no punctuation but `?`, days and times replaced by their signs. */
export interface PlainAnswer {
  readonly text: string;
  readonly dates: readonly DateMention[];
  readonly times: readonly TimeMention[];
}

/** Spellings of one word by the transcription, in the one spelling that the word lists use. */
const KANA_OF: Readonly<Record<string, string>> = {
  御願: 'おねが',
  お願: 'おねが',
  願: 'ねが',
  致: 'いた',
  宜: 'よろ',
  結構: 'けっこう',
  大丈夫: 'だいじょうぶ',
  良い: 'いい',
  良: 'よ',
  分か: 'わか',
  分り: 'わかり',
  判: 'わか',
  解り: 'わかり',
  承知: 'しょうち',
  了解: 'りょうかい',
  有難う: 'ありがとう',
  有り難う: 'ありがとう',
  下さ: 'くださ',
  出来: 'でき',
  出られ: 'でられ',
  出れ: 'でれ',
  出ます: 'でます',
  通り: 'とおり',
  間違: 'まちが',
  合って: 'あって',
  違: 'ちが',
  行: 'い',
  参加: 'さんか',
  出席: 'しゅっせき',
  欠席: 'けっせき',
  不参加: 'ふさんか',
  不出席: 'ふしゅっせき',
  断: 'ことわ',
  見合わせ: 'みあわせ',
  参り: 'まいり',
  伺: 'うかが',
  来ません: 'きません',
  来ない: 'こない',
  来られ: 'こられ',
  来れ: 'これ',
  遅刻: 'ちこく',
  遅: 'おく',
  変更: 'へんこう',
  変え: 'かえ',
  日程: 'にってい',
  別の日: 'べつのひ',
  他の日: 'ほかのひ',
  別: 'べつ',
  取り消: 'とりけ',
  取消: 'とりけ',
  辞退: 'じたい',
  見送: 'みおく',
  お休み: 'やすみ',
  休: 'やす',
  無理: 'むり',
  駄目: 'だめ',
  嫌: 'いや',
  困: 'こま',
  多分: 'たぶん',
  恐らく: 'おそらく',
  一応: 'いちおう',
  思: 'おも',
  予定: 'よてい',
  問題: 'もんだい',
  構: 'かま',
  差し支え: 'さしつかえ',
  無: 'な',
  特に: 'とくに',
  以上: 'いじょう',
  何も: 'なにも',
  登録: 'とうろく',
  その日時: 'そのにちじ',
  その日: 'そのひ',
  平気: 'へいき',
  質問: 'しつもん',
  振り替え: 'ふりかえ',
  振替: 'ふりかえ',
  担当者: 'たんとうしゃ',
  話: 'はな',
  日時: 'にちじ',
  時間: 'じかん',
  内容: 'ないよう',
  方: 'ほう',
  考: 'かんが',
  検討: 'けんとう',
  迷: 'まよ',
  微妙: 'びみょう',
  難: 'むずか',
  厳: 'きび',
  済みません: 'すみません',
  申し訳: 'もうしわけ',
  恐れ入: 'おそれい',
  恐縮: 'きょうしゅく',
  失礼: 'しつれい',
  待: 'ま',
  聞: 'き',
  仰: 'おっしゃ',
  言: 'い',
  正し: 'ただし',
  左様: 'さよう',
  勿論: 'もちろん',
  是非: 'ぜひ',
  必ず: 'かならず',
  確実: 'かくじつ',
  決: 'き',
  未定: 'みてい',
  満席: 'まんせき',
  手数: 'てすう',
  世話: 'せわ',
  一度: 'いちど',
  何: 'なん',
  場合: 'ばあい',
  頃: 'ころ',
  少々: 'しょうしょう',
  少し: 'すこし',
  進: 'すす',
  移: 'うつ',
  担当: 'たんとう',
  人: 'ひと',
  代わ: 'かわ',
  今: 'いま',
  都合: 'つごう',
  悪: 'わる',
};
const KANJI = new RegExp(
  Object.keys(KANA_OF)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'gu',
);

/** う, long or drawn out, and ん: no yes and no no. ううん with plain kana is a no and stays. */
const HESITATION = /う(?:[ーぅ]+う*|うう+)ん|ん[ーぅ]+/gu;

/** Brings an answer into one spelling, whatever width, script and punctuation the transcription chose. */
export function plainAnswer(answer: string): PlainAnswer {
  const written = foldWidth(answer)
    .replace(/[\p{Co}\s]/gu, '')
    // Only the script tells the no ノー from the end of あのー.
    .replace(/(?<![ァ-ヺー])ノー+(?![ァ-ヺ])/gu, 'いいえ');
  const heard = toHiragana(written)
    .replace(/[〜~]/gu, 'ー')
    .replace(/っ+(?=\p{P}|$)/gu, '')
    .replace(/(^|\p{P})のー+(?=\p{P}|$)/gu, '$1いいえ');
  const folded = foldForMentions(heard);
  const dates = dateMentions(folded);
  const times = timeMentions(folded);
  const text = replaceMentions(folded, [...dates, ...times])
    .toLowerCase()
    .replace(KANJI, (kanji) => KANA_OF[kanji] ?? kanji)
    .replace(/[^\p{L}\p{N}\p{Co}?ー]/gu, '')
    .replace(HESITATION, 'んん')
    .replace(/(?<![いねえ])えー+(?!え)/gu, 'えと')
    .replace(/[ーぁぃぅぇぉ]/gu, '');
  return { text, dates, times };
}

function replaceMentions(text: string, mentions: readonly (DateMention | TimeMention)[]): string {
  return [...mentions]
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { kind, start, end }) => {
      const sign = kind === 'date' ? DATE_SIGN : TIME_SIGN;
      return rest.slice(0, start) + sign + rest.slice(end);
    }, text);
}
