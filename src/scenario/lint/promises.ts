import type { Rule } from './rule.ts';
import { findAll, spokenTexts } from './speech.ts';

/** Claims that only a stored change may make, and promises nobody here can keep. */
const PROMISES =
  /(?:変更|登録|予約|取り消|キャンセル|確保|手配|振替|振り替え)[^。、]{0,8}(?:いたします|いたしました|しました|します|しておきます|できます|いたしておきます)|(?:出席|欠席)(?:として|で)[^。、]{0,4}(?:承りました|受け付けました|記録しました)|必ず[^。、]{0,10}(?:ご連絡|合格|できます|いたします)|(?:合格|内定|採用)(?:です|になります|いたします)|お席を(?:お取り|ご用意)/gu;

/** Spoken texts are said whatever was stored: they must not say that something was. */
export const promise: Rule = {
  id: 'promise',
  severity: 'error',
  about: '決まった文や faq の答えが、変更・登録・席などを約束している',
  check: (draft) =>
    findAll(spokenTexts(draft), PROMISES).map(({ path, at, words }) => ({
      path,
      at,
      message: `「${words}」は、記録していないことを約束しています。`,
      fix:
        path[0] === 'faq'
          ? '事実だけを答え、変更はこの電話で承ると案内します。わからないことは「担当者に申し伝えます」とします。'
          : '結果は記録のあとにモデルが伝えます。ここでは「ご用件を承ります」までにします。',
    })),
};
