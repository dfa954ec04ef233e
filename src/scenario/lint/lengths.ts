import type { Rule } from './rule.ts';
import { sentencesOf, speechOf } from './speech.ts';

/** Signs of one sentence: about 8 s of speech. What is longer is forgotten before it ends. */
const LONGEST_SENTENCE = 60;

/** A sentence that cannot be kept in mind over the telephone. */
export const longSentence: Rule = {
  id: 'long-sentence',
  severity: 'warning',
  about: `一文が${LONGEST_SENTENCE}字を超える。電話では聞き終わる前に忘れられる`,
  check: (draft) =>
    speechOf(draft)
      .flatMap(sentencesOf)
      .filter(({ text }) => text.length > LONGEST_SENTENCE)
      .map(({ path, text, at }) => ({
        path,
        at,
        message: `一文が${text.length}字あり、電話では長すぎます (${LONGEST_SENTENCE}字まで)。`,
        fix: '「。」で二つに分けるか、なくても通じる言葉を削ります。',
      })),
};

/** Signs of all instructions. More costs at every turn, and the model begins to forget single rules. */
const MANY_INSTRUCTIONS = 6_000;

/** Instructions that no model keeps in mind whole. */
export const longInstructions: Rule = {
  id: 'long-instructions',
  severity: 'warning',
  about: `instructions と faq の合計が${MANY_INSTRUCTIONS}字を超える。守られない指示が増え、費用もかかる`,
  check: ({ texts }) => {
    const read = texts.filter(({ path, kind }) => kind === 'instruction' || path[0] === 'faq');
    const signs = read.reduce((sum, { text }) => sum + text.length, 0);
    if (signs <= MANY_INSTRUCTIONS) return [];
    return [
      {
        path: ['instructions'],
        message: `モデルへの指示が合わせて${signs}字あります (目安は${MANY_INSTRUCTIONS}字まで)。`,
        fix: '同じことを二度書いているところを一つにまとめ、使わない質問を faq から外します。',
      },
    ];
  },
};
