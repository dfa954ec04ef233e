import type { Rule } from './rule.ts';
import { findAll, speechOf, spokenTexts } from './speech.ts';

type Wording = readonly [wrong: RegExp, better: string];

/** Two polite forms on one word, and the one that is enough. */
const DOUBLE: readonly Wording[] = [
  [/お伺いさせて(?:いただ|頂)/gu, '「伺います」「お伺いします」'],
  [/(?:ご|お)[^、。「」\s]{1,8}させて(?:いただ|頂)/gu, '「〜いたします」(例:「ご連絡いたします」)'],
  [/(?:拝見|拝読|拝聴|拝借|拝受)(?:させて(?:いただ|頂)|いたし|致し)/gu, '「拝見します」「拝読しました」'],
  [/ご覧になられ/gu, '「ご覧になる」'],
  [/おっしゃられ/gu, '「おっしゃる」'],
  [/(?:ご|お)(?!元気)[^\s、。「」]{1,6}になられ/gu, '「お〜になる」「ご〜になる」'],
  [/(?:召し上が|お召し上が)られ|お召し上がりになら?れ/gu, '「召し上がる」'],
  [/いらっしゃられ/gu, '「いらっしゃる」'],
  [/なさられ/gu, '「なさる」'],
  [/伺わせて(?:いただ|頂)/gu, '「伺います」'],
  [/申し上げさせて(?:いただ|頂)/gu, '「申し上げます」'],
  [/承らせて(?:いただ|頂)/gu, '「承ります」'],
  [/(?:ご|お)[^、。「」\s]{1,6}(?:し|になって)?いただかせて/gu, '「〜いただきます」'],
  [/お(?:名前|電話番号|時間|日にち)様/gu, '「お名前」'],
  [/(?:社長|部長|課長|先生|各位)様/gu, '役職には「様」を付けません'],
  [/ご拝(?:見|読|聴)/gu, '「ご覧になる」「お読みになる」'],
  [/ご(?:伺い|参り|申し)/gu, '「伺う」「参る」「申す」'],
];

/** Polite forms that are said twice. */
export const doubleHonorific: Rule = {
  id: 'double-honorific',
  severity: 'error',
  about: '二重敬語 (お伺いさせていただきます、ご覧になられる、おっしゃられる など)',
  check: (draft) => {
    const taken = new Set<string>();
    return DOUBLE.flatMap(([wrong, better]) =>
      findAll(speechOf(draft), wrong).flatMap(({ path, at, words }) => {
        const place = `${path.join('.')}:${at}`;
        if (taken.has(place)) return [];
        taken.add(place);
        return [{ path, at, message: `「${words}」は敬語が重なっています。`, fix: `${better} で足ります。` }];
      }),
    );
  },
};

/** Expressions of shops and mails that sound wrong on the telephone. */
const SHOP: readonly Wording[] = [
  [/よろしかったでしょうか/gu, '「よろしいでしょうか」'],
  [/のほう(?:を|は|で|が|に)/gu, '「のほう」を取ります'],
  [/(?:確認|回答|ご案内|受付|お名前|ご予約)になります/gu, '「〜でございます」'],
  [/了解(?:です|しました|いたしました|致しました)/gu, '「承知いたしました」「かしこまりました」'],
  [/すいません|すみません(?!でした)/gu, '「恐れ入ります」「申し訳ございません」'],
  [/とんでもござい(?:ません|ます)/gu, '「恐れ入ります」「とんでもないことでございます」'],
  [/(?:お名前|お電話番号|ご連絡先)(?:様)?を?(?:頂戴|ちょうだい)/gu, '「お名前を伺えますでしょうか」'],
  [/お名前をいただけ/gu, '「お名前をお願いできますでしょうか」'],
  [/ご苦労(?:様|さま)/gu, '「ありがとうございます」'],
  [/なるほど(?:ですね)?/gu, '「さようでございますか」「承知いたしました」'],
  [/もしもし/gu, '電話を受ける側は「お電話ありがとうございます」'],
  [/どちら様でしょうか|誰ですか/gu, '「恐れ入りますが、お名前をお願いできますでしょうか」'],
];

/** Polite, but not the language of a reception. */
export const phoneManner: Rule = {
  id: 'phone-manner',
  severity: 'warning',
  about: '電話の受付にそぐわない言い方 (よろしかったでしょうか、のほう、了解です など)',
  check: (draft) =>
    SHOP.flatMap(([wrong, better]) =>
      findAll(spokenTexts(draft), wrong).map(({ path, at, words }) => ({
        path,
        at,
        message: `「${words}」は、電話の受付では避けたい言い方です。`,
        fix: `${better} と言い換えます。`,
      })),
    ),
};
