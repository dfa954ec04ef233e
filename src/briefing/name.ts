import { toKatakana } from './kana.ts';
import { nameDistance } from './name-distance.ts';

/**
 * Kana. Mistakes weigh by their number, not by their share: one wrong kana in a long name (ケンイチロウ, シンイチロウ)
 * makes another person just as it does in a name of four.
 */
const WEIGHED_LENGTH = 4;

/** What a similarity keeps when family and given name had to change places. */
const SWAPPED = 0.98;

/** Kana. Longer text is no name. */
const MAX_NAME = 60;

/** A form of address is no part of a name. */
const ADDRESS = /(?:サマ|サン|様|氏)$/u;

/**
 * A name as it is compared: katakana, its parts apart, without marks. Empty when the text holds no kana: kanji are not
 * read here.
 */
export function nameParts(name: string): readonly string[] {
  return toKatakana(name.slice(0, MAX_NAME))
    .trim()
    .replace(ADDRESS, '')
    .split(/[\s・,、.=＝]+/u)
    .map((part) => part.replace(/[^ァ-ヺー]/gu, ''))
    .filter((part) => part !== '');
}

/**
 * How alike two names sound, from 0 (other names) to 1 (the same sound). Symmetric. Width, script, spaces and the order
 * of family and given name hardly matter; long vowels, voicing and small kana matter little; any other kana matters much.
 * 0 when either name holds no kana.
 */
export function nameSimilarity(a: string, b: string): number {
  return similarityOf(nameParts(a), nameParts(b));
}

/** What share of a name was said: `full` is all of it, `part` the family or the given name alone. */
export interface NameMatch {
  readonly extent: 'full' | 'part';
  /** From 0 to 1, as `nameSimilarity`. */
  readonly similarity: number;
}

/**
 * Compares what a caller said with a name on file. A single word that fits one part of the name better than the whole of
 * it is a `part`.
 */
export function matchName(said: string, onFile: string): NameMatch {
  const [left, right] = [nameParts(said), nameParts(onFile)];
  const full = similarityOf(left, right);
  const [word, ...rest] = left;
  if (word === undefined || rest.length > 0 || right.length < 2) return { extent: 'full', similarity: full };
  const part = Math.max(...right.map((name) => soundAlike(word, name)));
  return part > full ? { extent: 'part', similarity: part } : { extent: 'full', similarity: full };
}

function similarityOf(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const straight = aligned(a, b);
  if (straight >= SWAPPED || a.length + b.length === 2) return straight;
  const turned = aligned(a.toReversed(), b);
  const turnedToo = a.length === b.length ? turned : aligned(a, b.toReversed());
  return Math.max(straight, SWAPPED * turned, SWAPPED * turnedToo);
}

/** Part by part when both are divided alike; else as one word, since pauses are not always heard. */
function aligned(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length) return soundAlike(a.join(''), b.join(''));
  return Math.min(...a.map((part, index) => soundAlike(part, b[index] ?? '')));
}

function soundAlike(a: string, b: string): number {
  const weighed = Math.min(WEIGHED_LENGTH, Math.max(a.length, b.length, 1));
  return Math.max(0, 1 - nameDistance(a, b) / weighed);
}
