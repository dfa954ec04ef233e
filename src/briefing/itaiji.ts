import { foldWidth } from './kana.ts';

/** Variant forms of characters in Japanese names, each group led by the form that the others are folded to. */
const GROUPS = [
  '高髙',
  '崎﨑嵜碕',
  '辺邊邉',
  '斎齋斉齊',
  '沢澤',
  '浜濱濵',
  '島嶋嶌',
  '桜櫻',
  '広廣',
  '国國圀',
  '竜龍',
  '滝瀧',
  '富冨',
  '吉𠮷',
  '関關',
  '黒黑',
  '学學',
  '条條',
  '円圓',
  '栄榮',
  '恵惠',
  '真眞',
  '徳德',
  '静靜',
  '橋槗',
  '館舘',
  '藤籐',
  '寿壽',
  '亜亞',
  '万萬',
  '与與',
  '応應',
  '桧檜',
  '槙槇',
  '尭堯',
  '柳栁桺',
  '鉄鐵',
  '豊豐',
  '宝寶寳',
  '宮宫',
  '曽曾',
  '角⻆',
  '瀬瀨',
  '頼賴',
  '柏栢',
  '峰峯',
  '来來',
  '梅楳',
  '鶴靍鸖',
  '奥奧',
  '薮藪',
  '桑桒',
  '船舩',
  '双雙',
  '弥彌',
  '礼禮',
  '実實',
  '蔵藏',
  '総總',
  '聡聰',
  '経經',
  '芦蘆',
  '鴎鷗',
  '祢禰',
  '蝿蠅',
  '会會',
  '丘坵',
  '浅淺',
  '検檢',
  '郷鄕',
  '暁曉',
  '遥遙',
  '莱萊',
  '顕顯',
  '薫薰',
  '巌巖',
  '将將',
  '勲勳',
  '穂穗',
] as const;

const FOLDED = new Map(
  GROUPS.flatMap((group) => {
    const [form = '', ...variants] = Array.from(group);
    return variants.map((variant) => [variant, form] as const);
  }),
);

/**
 * A kanji name with every known variant in its common form, NFKC, without variation selectors and spaces. For hints only:
 * two people may differ in nothing but a variant.
 */
export function foldItaiji(name: string): string {
  return Array.from(foldWidth(name))
    .map((sign) => FOLDED.get(sign) ?? sign)
    .join('')
    .replace(/\s/gu, '');
}

/** Whether two kanji names differ in variants, width and spaces only. Two empty names are not alike. */
export function sameKanjiName(a: string, b: string): boolean {
  const folded = foldItaiji(a);
  return folded !== '' && folded === foldItaiji(b);
}
