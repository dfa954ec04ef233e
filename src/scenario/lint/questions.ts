import type { Rule } from './rule.ts';
import { findAll, sentencesOf, speechOf, spokenTexts } from './speech.ts';

/** An ending that asks for an answer. */
const QUESTION = /(?:ですか|ますか|ませんか|でしょうか|ましょうか)(?=[。？?、]|$)/gu;
const ASKED =
  '(?:お名前|大学名?|学部|日にち|日付|お時間|時刻|お電話番号|ご連絡先|予約番号|ご用件|ご住所|メールアドレス)';
/** Two things that one request wants to know. */
const TWO_THINGS = new RegExp(
  `${ASKED}(?:と|、|および|ならびに|、?それから)${ASKED}[^。]{0,12}(?:お願い|お聞かせ|教え|伺)`,
  'gu',
);

/** Two questions at once get one answer, and nobody knows to which. */
export const severalQuestions: Rule = {
  id: 'several-questions',
  severity: 'error',
  about: '一度に二つ以上のことを尋ねている',
  check: (draft) => [
    ...speechOf(draft)
      .flatMap(sentencesOf)
      .filter(({ text }) => (text.match(QUESTION) ?? []).length > 1)
      .map(({ path, at }) => ({
        path,
        at,
        message: '一つの文で二つのことを尋ねています。',
        fix: '一つだけ尋ね、返事を聞いてから次を尋ねます。',
      })),
    ...findAll(speechOf(draft), TWO_THINGS).map(({ path, at, words }) => ({
      path,
      at,
      message: `「${words}」は、二つのことを一度に尋ねています。`,
      fix: '先に一つだけ伺い、返事を聞いてから次を伺います。',
    })),
    ...spokenTexts(draft)
      .filter(
        (speech) =>
          sentencesOf(speech).filter(({ text }) => (text.match(QUESTION) ?? []).length > 0).length > 1,
      )
      .map(({ path, at }) => ({
        path,
        at,
        message: '続けて二つの質問をしています。',
        fix: '質問を一つにして、文の最後に置きます。',
      })),
  ],
};
