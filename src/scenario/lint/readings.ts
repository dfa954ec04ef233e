import type { Rule } from './rule.ts';
import { findAll, speechOf, spokenTexts } from './speech.ts';

/** Days of the month with a reading of their own that voices miss. */
const DAYS: Readonly<Record<string, string>> = {
  1: 'ついたち',
  4: 'よっか',
  8: 'ようか',
  14: 'じゅうよっか',
  20: 'はつか',
  24: 'にじゅうよっか',
};
const DAY = /(?<![\d年])(1|4|8|14|20|24)日(?!間|目|以|ほど|程|前|後|分|ごと|おき|[（(][ぁ-ん])/gu;

/** A day that a voice may read by its digits. */
export const dayReading: Rule = {
  id: 'day-reading',
  severity: 'warning',
  about: '1日・4日・8日・14日・20日・24日に読みがなく、音声が読み違えやすい',
  check: (draft) =>
    findAll(spokenTexts(draft), DAY).map(({ path, at, words, groups }) => {
      const reading = DAYS[groups[0] ?? ''] ?? '';
      return {
        path,
        at,
        message: `「${words}」は読み違えられやすい日です。`,
        fix: `「${words}（${reading}）」のように、読みを添えます。`,
      };
    }),
};

/** Signs without a sound of their own. */
const SIGNS = /[※→←↑↓／/＆&％%〜～~＊*＃#＠@＿_＝=＋+￥¥$＞>＜<【】●■◆○◎★☆…]|https?|\.(?:com|jp|net|org)/giu;

/** Signs and web addresses are read letter by letter, or not at all. */
export const symbols: Rule = {
  id: 'symbol',
  severity: 'error',
  about: '記号、URL、メールアドレスなど、声に出せないもの',
  check: (draft) =>
    findAll(spokenTexts(draft), SIGNS).map(({ path, at, words }) => ({
      path,
      at,
      message: `「${words}」は、声に出すと意味が通じません。`,
      fix: '言葉に直します (〜→「から」、／→「または」、％→「パーセント」)。URLはメッセージで送ります。',
    })),
};

/** Letters that are said one by one anyway, or known words. */
const KNOWN_LETTERS = new Set(['AI', 'SMS', 'OK']);

/** Abbreviations whose reading a voice has to guess. */
export const abbreviations: Rule = {
  id: 'abbreviation',
  severity: 'warning',
  about: '英字の略語や英単語。音声が読み方を当て推量する',
  check: (draft) =>
    findAll(spokenTexts(draft), /[A-Za-zＡ-Ｚａ-ｚ]{2,}(?!\})|\d+[A-Za-z](?![A-Za-z])/gu)
      .filter(({ words, text, index }) => {
        const placeholder = text[index - 1] === '{';
        return !placeholder && !KNOWN_LETTERS.has(words.normalize('NFKC').toUpperCase());
      })
      .filter(({ words }) => !/^https?$|^(?:com|jp|net|org|www)$/iu.test(words))
      .map(({ path, at, words }) => ({
        path,
        at,
        message: `「${words}」は、どう読まれるかわかりません。`,
        fix: '声に出すとおりに書きます (Zoom→「ズーム」、HP→「ホームページ」、3F→「3階」)。',
      })),
};

/** Digits of double width are other signs than those that dates and keys are made of. */
export const fullWidth: Rule = {
  id: 'full-width',
  severity: 'warning',
  about: '全角の数字。日付やボタンとして読まれないことがある',
  check: (draft) =>
    findAll(spokenTexts(draft), /[０-９]+/gu).map(({ path, at, words }) => ({
      path,
      at,
      message: `「${words}」は全角の数字です。`,
      fix: `半角で「${words.normalize('NFKC')}」と書きます。`,
    })),
};

/** Words with two readings, and how to write them for a voice. */
const TWO_READINGS: readonly (readonly [RegExp, string])[] = [
  [/明日/gu, '「あす」'],
  [/明後日/gu, '「あさって」'],
  [/昨日/gu, '「きのう」'],
  [/一昨日/gu, '「おととい」'],
  [/今日(?!は、?お電話)/gu, '「本日」'],
  [/何卒/gu, '「どうぞ」'],
  [/予め/gu, '「前もって」'],
  [/(?<![二三四五六七八九])十分(?!後|間|前)/gu, '「じゅうぶん」または「10分」'],
  [/最寄り?/gu, '「もより」'],
  [/生憎/gu, '「あいにく」'],
  [/[一二三四五六七八九十]+日(?!間|目|以)/gu, '「20日（はつか）」'],
  [/\d{1,2}[:：]\d{2}/gu, '「午後2時30分」'],
];

/** Words that voices read in the other way now and then. */
export const twoReadings: Rule = {
  id: 'two-readings',
  severity: 'warning',
  about: '読みが二つある言葉や、14:30 のような時刻 (明日、十分、二十日 など)',
  check: (draft) =>
    TWO_READINGS.flatMap(([pattern, better]) =>
      findAll(speechOf(draft), pattern).map(({ path, at, words }) => ({
        path,
        at,
        message: `「${words}」は、音声が別の読み方をすることがあります。`,
        fix: `${better} のように、読みが一つに決まる書き方にします。`,
      })),
    ),
};
