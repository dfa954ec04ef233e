import { foldWidth } from './kana.ts';
import { parseSpokenCode } from './spoken-digits.ts';

/** Characters. Longer text is no code. */
const MAX_CODE = 64;

/**
 * A reservation code as it is compared: digits and upper-case letters, however it was typed or spoken (エー、いち、に, 四七一九),
 * with O, I and Q as 0, 1 and 9. Null when no code can be read from the text.
 */
export function spokenCodeKey(text: string): string | null {
  if (text.length > MAX_CODE) return null;
  return parseSpokenCode(text) ?? typedCodeKey(text);
}

/** Fewest digits of a code that can be keyed in: fewer are guessed in a few tries. */
export const MIN_KEYED_DIGITS = 4;

/**
 * Whether the digits that were keyed in are those of the code on file. A telephone has no letters: those of the code are
 * left out, so that S-1001 is keyed as 1001.
 */
export function sameKeyedCode(keyed: string, onFile: string | null): boolean {
  const digits = foldWidth(onFile ?? '').replace(/\D/gu, '');
  return digits.length >= MIN_KEYED_DIGITS && digits === keyed;
}

/** Codes may hold signs that have no spoken name here; those have to be given as they are written. */
function typedCodeKey(text: string): string | null {
  const key = foldWidth(text)
    .toUpperCase()
    .replace(/[\s\p{P}\p{S}ー]/gu, '');
  return key === '' ? null : key;
}

/**
 * Whether what was said is the code on file. Takes the same steps for every code of the same length. False when either is
 * missing or unreadable.
 */
export function sameReservationCode(said: string, onFile: string | null): boolean {
  const [left, right] = [spokenCodeKey(said), onFile === null ? null : spokenCodeKey(onFile)];
  if (left === null || right === null || left.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < left.length; at += 1) difference |= left.charCodeAt(at) ^ right.charCodeAt(at);
  return difference === 0;
}
