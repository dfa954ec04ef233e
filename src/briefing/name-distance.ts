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
  if (a === b) return 0;
  const [left, right] = [soundsOf(a), soundsOf(b)];
  let above = prefixCosts(right);
  for (const sound of left) {
    let last = (above[0] ?? 0) + sound.gap;
    const row = [last];
    for (const [j, other] of right.entries()) {
      const replaced = (above[j] ?? 0) + pairCost(sound, other);
      const dropped = (above[j + 1] ?? 0) + sound.gap;
      last = Math.min(replaced, dropped, last + other.gap);
      row.push(last);
    }
    above = row;
  }
  return above[right.length] ?? 0;
}

/** One kana of a name in its place. */
interface Sound {
  readonly sign: string;
  readonly lengthens: boolean;
  /** What it costs when the kana comes or goes. */
  readonly gap: number;
}

function soundsOf(name: string): readonly Sound[] {
  const signs = Array.from(name, (sign) => SAME_SOUND[sign] ?? sign);
  return signs.map((sign, index) => {
    const lengthens = isLengthening(sign, signs[index - 1]);
    const ownCost = sign === 'ッ' ? COST.smallTsu : COST.other;
    return { sign, lengthens, gap: lengthens ? COST.lengthening : ownCost };
  });
}

function prefixCosts(sounds: readonly Sound[]): number[] {
  const costs = [0];
  let sum = 0;
  for (const { gap } of sounds) costs.push((sum += gap));
  return costs;
}

function pairCost(a: Sound, b: Sound): number {
  if (a.sign === b.sign) return 0;
  // Two spellings of the same long vowel: サトー and サトウ, オオノ and オーノ.
  if (a.lengthens && b.lengthens) return COST.lengthening;
  return PAIRS.get(a.sign + b.sign) ?? COST.other;
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
