/** Distance between the hiragana and the katakana block of Unicode. */
const BLOCK = 0x60;

const SMALL = 'ァィゥェォッャュョヮヵヶ';
const LARGE = 'アイウエオツヤユヨワカケ';

/**
 * A kana name as it is indexed: katakana without spaces, long vowel marks, voicing marks and small kana, so that
 * 「さかた」 finds サカダ. Empty when the text holds no kana. It finds candidates; whether one of them is meant is
 * judged by the whole name.
 */
export function searchKey(kana: string): string {
  return kana
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\u3099\u309a]/gu, '')
    .replace(/[ぁ-ゖ]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) + BLOCK))
    .replace(/[^ァ-ヶ]/gu, '')
    .replace(/[ァィゥェォッャュョヮヵヶ]/gu, (sign) => LARGE[SMALL.indexOf(sign)] ?? sign);
}
