import type { Rule } from './rule.ts';
import { findAll, spokenTexts } from './speech.ts';

/** What each key does, and how an offer of it may read. */
const KEYS: Readonly<Record<string, { readonly does: string; readonly fits: RegExp }>> = {
  1: { does: '出席 (確認の文のあとは「はい」)', fits: /出席|参加|はい|よろしければ/u },
  2: { does: '欠席 (確認の文のあとは「いいえ」)', fits: /欠席|いいえ|違う|違い/u },
  3: { does: '日程の変更とそのほかの用件', fits: /変更|そのほか|その他|ほかの|別の/u },
};
const EXPLAIN = 'ボタンは、1が出席、2が欠席、3が日程の変更とそのほか、シャープが入力の終わりです。';
/** 「出席は1」, 「1は出席」, 「変更なら3」, 「3を押し」. */
const OFFER =
  /([^、。\d]{1,24}?)(?:は|なら|の(?:かた|方|場合)は|を?ば)、?([0-9０-９])(?![0-9０-９月日時分年])/gu;
const PRESS = /([0-9０-９]|米印|アスタリスク|星印|スター)(?:番)?(?:の(?:ボタン|キー))?を押/gu;

/** An offer to press a key that does nothing, or something else. */
export const unknownKey: Rule = {
  id: 'unknown-key',
  severity: 'error',
  about:
    'ないボタン、または働きの違うボタンを案内している (1 出席、2 欠席、3 変更とそのほか、シャープ 終わり)',
  check: (draft) => {
    const speeches = spokenTexts(draft).filter(({ text }) => /ボタン|押し|押す|キー/u.test(text));
    const unknown = findAll(speeches, PRESS)
      .filter(({ groups }) => KEYS[(groups[0] ?? '').normalize('NFKC')] === undefined)
      .map(({ path, at, groups }) => ({
        path,
        at,
        message: `「${groups[0] ?? ''}」というボタンに働きはありません。`,
        fix: EXPLAIN,
      }));
    const offers = findAll(speeches, OFFER).flatMap(({ path, at, groups, words }) => {
      const [meaning = '', sign = ''] = groups;
      const key = KEYS[sign.normalize('NFKC')];
      const place = at + words.length - 1;
      if (key === undefined)
        return [{ path, at: place, message: `「${sign}」というボタンに働きはありません。`, fix: EXPLAIN }];
      if (key.fits.test(meaning)) return [];
      return [
        {
          path,
          at: place,
          message: `ボタン${sign}の働きは${key.does}です。「${meaning}」ではありません。`,
          fix: EXPLAIN,
        },
      ];
    });
    const seen = new Set<string>();
    return [...offers, ...unknown].filter(({ path, at }) => {
      const place = `${path.join('.')}:${at}`;
      return seen.has(place) ? false : seen.add(place);
    });
  },
};
