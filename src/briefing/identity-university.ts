import { foldItaiji } from './itaiji.ts';
import { isKana } from './kana.ts';

/**
 * Short and former names under the name that they stand for, without 大学; a short name keeps its 大 where one sign would
 * be left. Nothing is here that is as usual for another university (神大, 市大).
 */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  東京: '東大',
  京都: '京大',
  大阪: '阪大',
  名古屋: '名大',
  九州: '九大',
  北海道: '北大',
  広島: '広大',
  筑波: '筑大',
  早稲田: '早大',
  慶応: '慶大 慶応義塾',
  明治: '明大',
  中央: '中大',
  法政: '法大',
  立教: '立大',
  日本: '日大',
  専修: '専大',
  駒沢: '駒大',
  拓殖: '拓大',
  関西: '関大',
  近畿: '近大',
  同志社: '同大',
  竜谷: '竜大',
  立命館: '立命',
  立命館アジア太平洋: 'APU',
  国際基督教: 'ICU',
  青山学院: '青学 青山',
  明治学院: '明学',
  関西学院: '関学',
  西南学院: '西南',
  国学院: '国学',
  東京理科: '理科 東理',
  東京科学: '東工 東科 科学 東京工業 東京工 東京医科歯科 東京医歯',
  東京都立: '都立 首都',
  大阪公立: '阪公 大阪市立 大阪府立',
  横浜国立: '横国',
  横浜市立: '横市',
  東京外国語: '東外 東京外',
  京都外国語: '京外 京都外',
  関西外国語: '関外 関西外',
  東京農工: '農工',
  東京農業: '農大 東農 東京農',
  東京学芸: '学芸',
  東京芸術: '芸大 東京芸 東京藝術 東京藝 藝大',
  東京電機: '電機',
  東京都市: '都市',
  東京女子: '東女',
  日本女子: '日女 本女',
  お茶の水女子: 'お茶 お茶の水 お茶女',
  同志社女子: '同女',
  武庫川女子: '武庫女 武庫川',
  日本体育: '日体',
  電気通信: '電通',
  芝浦工業: '芝工 芝浦工 芝浦',
  千葉工業: '千葉工',
  名古屋工業: '名工 名古屋工',
  京都工芸繊維: '京工繊',
  京都産業: '京産',
  大東文化: '大東',
  津田塾: '津田',
};

const NAME_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(OTHER_NAMES).flatMap(([name, others]) =>
    others.split(' ').map((other) => [other, name] as const),
  ),
);

/**
 * Whether two names are one university: variants of kanji, 大学, 大学院 and what follows them (faculty, です) do not matter;
 * usual short names are known. Null when it cannot be told: a kana reading says nothing of kanji, and a short name may be
 * that of any university whose name holds its signs in their order (神大: 神戸, 神奈川).
 */
export function sameUniversity(said: string, onFile: string): boolean | null {
  const [left, right] = [readName(said), readName(onFile)];
  if (left.key === '' || right.key === '') return null;
  if (left.key === right.key) return true;
  if (scriptOf(left.key) !== scriptOf(right.key)) return null;
  return isShortFor(left, right) || isShortFor(right, left) ? null : false;
}

/** A name as it is compared. */
interface UniversityName {
  /** As written, without 大学. */
  readonly written: string;
  /** The same for every name of one university, as far as they are known. */
  readonly key: string;
  /** Whether nothing is left out: 東京大学, but neither 東大 nor 東京. */
  readonly isWhole: boolean;
}

function readName(name: string): UniversityName {
  const text = foldItaiji(name)
    .toUpperCase()
    .replace(/[、。,.]/gu, '')
    .replace(/(?:です|の)+$/u, '')
    .replace(/(?:大学)?短期大学.*$/u, '短大')
    .replace(/(?:工業)?高等専門学校.*$/u, '高専');
  const core = text.replace(/(?<=.)大学.*$/u, '').replace(/(?:だいがく|ダイガク).*$/u, '');
  const written = core.replace(/(?<=..)(?<!短)大$/u, '');
  const key = NAME_OF.get(core) ?? NAME_OF.get(written) ?? written;
  return { written, key, isWhole: core !== text || core.endsWith('高専') };
}

/** Whether a name may be short for another one: 東工 for 東北工業, 神大 for 神奈川. */
function isShortFor(short: UniversityName, long: UniversityName): boolean {
  if (short.isWhole) return false;
  const signs = Array.from(short.written.replace(/(?<=.)大$/u, ''));
  return [long.key, long.written].some((name) => {
    let at = 0;
    for (const sign of name) if (sign === signs[at]) at += 1;
    return at === signs.length;
  });
}

function scriptOf(key: string): 'kana' | 'latin' | 'kanji' {
  if (isKana(key)) return 'kana';
  return /^[\p{Script=Latin}\d]+$/u.test(key) ? 'latin' : 'kanji';
}
