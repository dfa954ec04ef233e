import { foldItaiji } from './itaiji.ts';
import { isKana } from './kana.ts';

/** Short names that are not the beginning of the long one. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    東大: '東京',
    京大: '京都',
    阪大: '大阪',
    名大: '名古屋',
    九大: '九州',
    北大: '北海道',
    早大: '早稲田',
    慶大: '慶応',
    慶応義塾: '慶応',
    明大: '明治',
    中大: '中央',
    法大: '法政',
    日大: '日本',
    青学: '青山学院',
    関学: '関西学院',
    立命: '立命館',
    横国: '横浜国立',
  }),
);

/**
 * Whether two names are one university: variants of kanji, 大学, 大学院 and what follows them (faculty, です) do not matter;
 * usual short names are known. Null when it cannot be told: a kana reading says nothing of kanji.
 */
export function sameUniversity(said: string, onFile: string): boolean | null {
  const [left, right] = [universityKey(said), universityKey(onFile)];
  if (left === '' || right === '') return null;
  if (left === right) return true;
  return isKana(left) === isKana(right) ? false : null;
}

function universityKey(name: string): string {
  const folded = foldItaiji(name).replace(/[、。,.]/gu, '');
  const core = folded
    .replace(/(?<=.)大学.*$/u, '')
    .replace(/(?:だいがく|ダイガク).*$/u, '')
    .replace(/です$/u, '');
  return SHORT_NAMES.get(core) ?? core.replace(/(?<=..)大$/u, '');
}
