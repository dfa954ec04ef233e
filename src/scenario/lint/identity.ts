import type { Rule } from './rule.ts';

/** A name is known to everybody, and a calling number can be forged: neither proves anything alone. */
const WEAK = new Set(['name', 'caller_number']);

/** Ways on which a stranger could act for somebody else. */
export const weakIdentity: Rule = {
  id: 'weak-identity',
  severity: 'error',
  about: '本人確認が名前や発信番号だけで通る (identity を自分で書いたとき)',
  check: ({ content }) => {
    const identity = content?.identity;
    if (typeof identity !== 'object') return [];
    return (['read', 'change'] as const).flatMap((level) =>
      identity[level].flatMap((way, index) => {
        const alone = way.every((proof) => WEAK.has(proof));
        if (!alone && way.includes('name')) return [];
        return [
          {
            path: ['identity', level, index],
            message: `「${way.join(' + ')}」だけでは、本人と確かめられません。`,
            fix: 'name に university、slot_date、reservation_code のどれかを組み合わせます。変更には reservation_code を勧めます。',
          },
        ];
      }),
    );
  },
};
