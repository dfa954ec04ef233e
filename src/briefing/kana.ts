/** Distance between the hiragana and the katakana block of Unicode. */
const BLOCK = 0x60;
/** Hiragana that have a katakana partner at that distance: ぁ to ゖ, and the iteration marks ゝ and ゞ. */
const HIRAGANA = /[ぁ-ゖゝゞ]/gu;
const KATAKANA = /[ァ-ヶヽヾ]/gu;

/** NFKC without invisible characters (joiners, direction marks, variation selectors). */
export function foldWidth(text: string): string {
  return text.normalize('NFKC').replace(/[\p{Cf}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu, '');
}

/** `foldWidth`, then every hiragana as katakana; everything else stays. */
export function toKatakana(text: string): string {
  return foldWidth(text).replace(HIRAGANA, (kana) => String.fromCharCode(kana.charCodeAt(0) + BLOCK));
}

/** `foldWidth`, then every katakana as hiragana; everything else stays. */
export function toHiragana(text: string): string {
  return foldWidth(text).replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - BLOCK));
}

/** Whether the text is written in kana only, spaces and the long vowel mark included. */
export function isKana(text: string): boolean {
  return /^[ァ-ヺー・\s]+$/u.test(toKatakana(text));
}

const ROWS: readonly (readonly [vowel: string, kana: string])[] = [
  ['ア', 'アァカガサザタダナハバパマヤャラワヮ'],
  ['イ', 'イィキギシジチヂニヒビピミリヰ'],
  ['ウ', 'ウゥクグスズツヅヌフブプムユュルヴ'],
  ['エ', 'エェケゲセゼテデネヘベペメレヱ'],
  ['オ', 'オォコゴソゾトドノホボポモヨョロヲ'],
];

const VOWEL = new Map(
  ROWS.flatMap(([vowel, kana]) => Array.from(kana).map((sign) => [sign, vowel] as const)),
);

/** The vowel that a katakana ends in, as ア イ ウ エ オ; undefined for ン, ッ, ー and everything that is no kana. */
export function vowelOf(kana: string): string | undefined {
  return VOWEL.get(kana);
}

/**
 * Whether `kana` only lengthens the vowel of the kana before it: ー, a second vowel of its own kind, ウ after an o
 * (サトウ), イ after an e (ケイ).
 */
export function isLengthening(kana: string, before: string | undefined): boolean {
  if (before === undefined) return false;
  if (kana === 'ー') return true;
  const vowel = vowelOf(before);
  return kana === vowel || (kana === 'ウ' && vowel === 'オ') || (kana === 'イ' && vowel === 'エ');
}
