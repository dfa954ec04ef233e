import { toHiragana } from './kana.ts';

/** Characters. Longer text is no number that anybody would dictate. */
const MAX_TEXT = 120;

/** Characters of a sentence that are looked at. */
const MAX_SENTENCE = 500;

/** Spoken digits by the sign or reading that is heard for them. Readings without the long vowel mark. */
const DIGITS: Readonly<Record<string, string>> = {
  〇: '0',
  '○': '0',
  '◯': '0',
  零: '0',
  一: '1',
  二: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
  ぜろ: '0',
  れい: '0',
  まる: '0',
  いち: '1',
  いっち: '1',
  わん: '1',
  に: '2',
  にい: '2',
  ふた: '2',
  つう: '2',
  さん: '3',
  よん: '4',
  よ: '4',
  し: '4',
  ご: '5',
  ごお: '5',
  ごう: '5',
  ろく: '6',
  なな: '7',
  しち: '7',
  はち: '8',
  きゅう: '9',
  きゅ: '9',
  く: '9',
  くう: '9',
};

/** Letters as they are named in Japanese. Readings without the long vowel mark. */
const LETTERS: Readonly<Record<string, string>> = {
  え: 'A',
  えい: 'A',
  ええ: 'A',
  び: 'B',
  びい: 'B',
  しい: 'C',
  で: 'D',
  でい: 'D',
  でぃ: 'D',
  い: 'E',
  いい: 'E',
  えふ: 'F',
  じ: 'G',
  じい: 'G',
  えいち: 'H',
  えっち: 'H',
  あい: 'I',
  じぇ: 'J',
  じぇい: 'J',
  け: 'K',
  けい: 'K',
  える: 'L',
  えむ: 'M',
  えぬ: 'N',
  お: 'O',
  おお: 'O',
  おう: 'O',
  ぴ: 'P',
  ぴい: 'P',
  ある: 'R',
  あある: 'R',
  えす: 'S',
  て: 'T',
  てぃ: 'T',
  てい: 'T',
  ゆ: 'U',
  ゆう: 'U',
  ぶい: 'V',
  ぶ: 'V',
  だぶりゅ: 'W',
  だぶる: 'W',
  えっくす: 'X',
  わい: 'Y',
  ぜっと: 'Z',
  ずい: 'Z',
};

/** What stands between and around digits without being one. */
const BETWEEN = [
  'はいふん',
  'だっしゅ',
  'えっと',
  'えと',
  'えっとですね',
  'あの',
  'です',
  'になります',
  'でお願いします',
  'の',
];

/** Punctuation, brackets, hyphens and the long vowel mark that is typed for them. */
const MARKS = /[\s\p{P}\p{S}ー]/gu;

/**
 * The digits of a code or telephone number as it was spoken or written: Arabic and kanji digits, readings (いち, に, ゼロ,
 * まる), separators (の, ハイフン) and fillers. Null when anything else is in it, or no digit.
 */
export function parseSpokenDigits(text: string): string | null {
  return read(toHiragana(text.slice(0, MAX_TEXT + 1)), DIGIT_WORDS);
}

/**
 * The digits that stand in a sentence, in their order: those written as digits, and those of every piece between
 * punctuation that is nothing but a spoken number.
 */
export function digitsIn(sentence: string): string {
  return sentence
    .slice(0, MAX_SENTENCE)
    .split(/[、。,.!?！？\s]+/u)
    .map((piece) => parseSpokenDigits(piece) ?? piece.normalize('NFKC').replace(/\D/g, ''))
    .join('');
}

/**
 * As `parseSpokenDigits`, with letters and their Japanese names (エー, ビー). Upper case. O, I and Q come back as 0, 1 and
 * 9, which nobody can tell from them by ear. Null when anything else is in it.
 */
export function parseSpokenCode(text: string): string | null {
  // シー is C; without its long vowel it would be a four.
  const code = read(toHiragana(text.slice(0, MAX_TEXT + 1)).replaceAll('しー', 'しい'), CODE_WORDS);
  return code === null ? null : code.replaceAll('O', '0').replaceAll('I', '1').replaceAll('Q', '9');
}

const ARABIC = Array.from('0123456789').map((sign) => [sign, sign] as const);
const LATIN = Array.from('abcdefghijklmnopqrstuvwxyz').map((sign) => [sign, sign.toUpperCase()] as const);
const FILLERS = BETWEEN.map((word) => [word, ''] as const);

const DIGIT_WORDS: ReadonlyMap<string, string> = new Map([...ARABIC, ...FILLERS, ...Object.entries(DIGITS)]);
const CODE_WORDS: ReadonlyMap<string, string> = new Map([
  ...LATIN,
  ...Object.entries(LETTERS),
  ...DIGIT_WORDS,
]);

const LONGEST_WORD = Math.max(...[...CODE_WORDS.keys()].map((word) => word.length));

function read(text: string, words: ReadonlyMap<string, string>): string | null {
  if (text.length > MAX_TEXT) return null;
  const plain = text.replace(/[○◯]/gu, '〇').replace(MARKS, '').toLowerCase();
  const found = readFrom(plain, 0, words, new Set());
  return found === undefined || found === '' ? null : found;
}

/**
 * The value of the text from `at` on, longest word first; undefined when no division into words leaves nothing over.
 * `dead` remembers places from which there is none, so that the work stays linear.
 */
function readFrom(
  text: string,
  at: number,
  words: ReadonlyMap<string, string>,
  dead: Set<number>,
): string | undefined {
  if (at >= text.length) return '';
  if (dead.has(at)) return undefined;
  for (let length = Math.min(LONGEST_WORD, text.length - at); length > 0; length -= 1) {
    const value = words.get(text.slice(at, at + length));
    const rest = value === undefined ? undefined : readFrom(text, at + length, words, dead);
    if (value !== undefined && rest !== undefined) return value + rest;
  }
  dead.add(at);
  return undefined;
}
