import { isLengthening } from './kana.ts';

/** Costs of one edit, where 1 is a kana taken for an unrelated one. */
const COST = {
  /** ー, サトウ and サト: telephones and people drop and add them freely. */
  lengthening: 0.1,
  /** ッ that comes or goes: ハットリ, ハトリ. */
  smallTsu: 0.3,
  /** ッ and ツ, ャ and ヤ. */
  size: 0.1,
  /** カ and ガ, ハ and パ: サカタ and サカダ are spellings of one name. */
  voicing: 0.3,
  /** ン and ム, ナ and マ, ヒ and シ, ラ and ダ: near in sound, still other names. */
  sound: 0.6,
  other: 1,
} as const;

/** Signs that stand for one sound today. */
const SAME_SOUND: Readonly<Record<string, string>> = {
  ヂ: 'ジ',
  ヅ: 'ズ',
  ヲ: 'オ',
  ヰ: 'イ',
  ヱ: 'エ',
  ヵ: 'カ',
  ヶ: 'ケ',
};

const SMALL: Readonly<Record<string, string>> = {
  ァ: 'ア',
  ィ: 'イ',
  ゥ: 'ウ',
  ェ: 'エ',
  ォ: 'オ',
  ャ: 'ヤ',
  ュ: 'ユ',
  ョ: 'ヨ',
  ッ: 'ツ',
  ヮ: 'ワ',
};

/** Each group differs in voicing only. ツ stands with ズ, which ヅ is folded to. */
const VOICED = [
  'カガ',
  'キギ',
  'クグ',
  'ケゲ',
  'コゴ',
  'サザ',
  'シジ',
  'スズ',
  'セゼ',
  'ソゾ',
  'タダ',
  'チジ',
  'ツズ',
  'テデ',
  'トド',
].concat(['ハバパ', 'ヒビピ', 'フブプ', 'ヘベペ', 'ホボポ', 'ウヴ']);

/** Each group is confused on a telephone line of narrow band. */
const NEAR = [
  'ンム',
  'ナマ',
  'ニミ',
  'ヌム',
  'ネメ',
  'ノモ',
  'ヒシ',
  'ラダ',
  'リジ',
  'レデ',
  'ロド',
  'バマ',
  'ビミ',
  'ボモ',
  'カタパ',
  'ワア',
  'ヘエ',
];

const PAIRS = pairCosts();

/**
 * Weighted edit distance of two names in katakana without spaces: 0 for the same sound, about 1 for each kana that is
 * really another. Symmetric.
 */
export function nameDistance(a: string, b: string): number {
  const left = sounds(a);
  const right = sounds(b);
  let above = prefixCosts(right);
  for (const [i, sign] of left.entries()) {
    const row = [(above[0] ?? 0) + gapCost(sign, left[i - 1])];
    for (const [j, other] of right.entries()) {
      const replaced = (above[j] ?? 0) + pairCost(sign, other, left[i - 1], right[j - 1]);
      const dropped = (above[j + 1] ?? 0) + gapCost(sign, left[i - 1]);
      const added = (row[j] ?? 0) + gapCost(other, right[j - 1]);
      row.push(Math.min(replaced, dropped, added));
    }
    above = row;
  }
  return above[right.length] ?? 0;
}

function sounds(name: string): string[] {
  return Array.from(name).map((sign) => SAME_SOUND[sign] ?? sign);
}

function prefixCosts(signs: readonly string[]): number[] {
  const costs = [0];
  for (const [index, sign] of signs.entries())
    costs.push((costs[index] ?? 0) + gapCost(sign, signs[index - 1]));
  return costs;
}

function gapCost(sign: string, before: string | undefined): number {
  if (isLengthening(sign, before)) return COST.lengthening;
  return sign === 'ッ' ? COST.smallTsu : COST.other;
}

function pairCost(a: string, b: string, beforeA: string | undefined, beforeB: string | undefined): number {
  if (a === b) return 0;
  // Two spellings of the same long vowel: サトー and サトウ, オオノ and オーノ.
  if (isLengthening(a, beforeA) && isLengthening(b, beforeB)) return COST.lengthening;
  return PAIRS.get(a + b) ?? COST.other;
}

function pairCosts(): Map<string, number> {
  const costs = new Map<string, number>();
  const add = (a: string, b: string, cost: number): void => {
    if (a === b) return;
    costs.set(a + b, cost);
    costs.set(b + a, cost);
  };
  const addGroups = (groups: readonly string[], cost: number): void => {
    for (const group of groups) for (const a of group) for (const b of group) add(a, b, cost);
  };
  addGroups(NEAR, COST.sound);
  addGroups(VOICED, COST.voicing);
  for (const [small, large] of Object.entries(SMALL)) add(small, large, COST.size);
  return costs;
}
