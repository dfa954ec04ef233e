import type { Rule } from './rule.ts';
import { findAll, speechOf } from './speech.ts';

type Wording = readonly [wrong: RegExp, why: string, better: string];

const UNKIND: readonly Wording[] = [
  [
    /(?:なぜ|どうして)[^。]{0,12}(?:欠席|遅刻|来られ|いらっしゃ|出られ)/gu,
    '欠席や遅刻の理由を問いただしています。',
    '「ご連絡ありがとうございます」',
  ],
  [
    /(?:欠席|遅刻|遅れ|辞退|ご都合)[^。]{0,6}の?理由[^。]{0,6}(?:お聞かせ|教え|伺|お願い)/gu,
    '理由を尋ねています。',
    '理由は尋ねず「承知いたしました」',
  ],
  [/困ります|迷惑|非常識|社会人として|常識/gu, '相手を責めています。', '「ご連絡ありがとうございます」'],
  [
    /せっかく[^。]{0,20}(?:のに|ですが)/gu,
    '残念がることが、責めているように聞こえます。',
    '「承知いたしました」',
  ],
  [/無断(?:で)?(?:欠席|キャンセル)|ドタキャン/gu, '責める言葉です。', '「ご欠席」'],
  [/(?:次から|今後)は?[^。]{0,12}(?:気をつけ|注意して|ないように)/gu, '注意しています。', 'この文を削ります'],
  [/もっと早く|遅すぎ|今さら|いまさら/gu, '連絡の遅さを責めています。', '「ご連絡ありがとうございます」'],
];

/** Who calls to say that they cannot come has done right. */
export const reproach: Rule = {
  id: 'reproach',
  severity: 'error',
  about: '欠席や遅刻を責める、理由を問いただす言い方',
  check: (draft) =>
    UNKIND.flatMap(([wrong, why, better]) =>
      findAll(speechOf(draft), wrong).map(({ path, at, words }) => ({
        path,
        at,
        message: `「${words}」: ${why}`,
        fix: `${better} のように言い換えます。`,
      })),
    ),
};

const HEALTH =
  '(?:病名|症状|診断|熱|お熱|発熱|体調|お加減|ご病気|持病|障害|妊娠|お具合|ご容体|お悪い|通院|入院|診断書|コロナ|インフルエンザ)';
const ASKS_HEALTH = new RegExp(
  `${HEALTH}[^。「」]{0,14}(?:のですか|お聞かせ|教えて|お教え|ございますか|ありますか|ですか|でしょうか|お願い|お持ち|提出)`,
  'gu',
);

/** Health is nobody's business here. */
export const healthQuestion: Rule = {
  id: 'health-question',
  severity: 'error',
  about: '病名・症状・診断書など、健康のことを尋ねている',
  check: (draft) =>
    findAll(speechOf(draft), ASKS_HEALTH).map(({ path, at, words }) => ({
      path,
      at,
      message: `「${words}」は、健康のことを尋ねています。`,
      fix: '尋ねずに「どうぞお大事になさってください」とだけ伝えます。',
    })),
};
