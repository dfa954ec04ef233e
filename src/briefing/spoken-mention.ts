import { toHiragana } from './kana.ts';
import { WEEKDAYS } from './spoken-calendar.ts';

/** What a speaker said of a day. Fields that were not said are left out. */
export interface DateMention {
  readonly kind: 'date';
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  /** 0 for Sunday to 6 for Saturday. */
  readonly weekday?: number;
  /** Days from today: 明日 is 1. */
  readonly daysAhead?: number;
  /** 今週 is 0, 来週 is 1. */
  readonly weeksAhead?: number;
  /** 今度の, 次の. */
  readonly next?: true;
  /** Place of the words in the text, UTF-16 units of what `foldForMentions` returns. */
  readonly start: number;
  readonly end: number;
}

/** What a speaker said of a time of day. */
export interface TimeMention {
  readonly kind: 'time';
  /** 0 to 24, as said. */
  readonly hour: number;
  readonly minute: number;
  readonly half?: 'am' | 'pm';
  readonly start: number;
  readonly end: number;
}

const SIGNS = '〇一二三四五六七八九';
/** One or two Arabic digits, or a kanji number below a hundred. */
const NUMBER = '(?:\\d{1,2}|[〇一二三四五六七八九十]{1,3})';

/** Readings of days that have one of their own. いつか and なのか are other words too, and are read after a month only. */
const DAY_READINGS: Readonly<Record<string, number>> = {
  ついたち: 1,
  ふつか: 2,
  みっか: 3,
  よっか: 4,
  いつか: 5,
  むいか: 6,
  なのか: 7,
  ようか: 8,
  ここのか: 9,
  とおか: 10,
  じゅうよっか: 14,
  はつか: 20,
  にじゅうよっか: 24,
};
const DAY_WORDS = Object.keys(DAY_READINGS).sort((a, b) => b.length - a.length);
const ALONE = DAY_WORDS.filter((word) => word !== 'いつか' && word !== 'なのか').join('|');

const AHEAD: Readonly<Record<string, number>> = {
  しあさって: 3,
  明々後日: 3,
  明後日: 2,
  あさって: 2,
  明日: 1,
  あした: 1,
  今日: 0,
  本日: 0,
};
const WEEKS: Readonly<Record<string, number>> = {
  今週: 0,
  こんしゅう: 0,
  来週: 1,
  らいしゅう: 1,
  再来週: 2,
  さらいしゅう: 2,
};

const WEEKDAY = '[(]?([日月火水木金土])(?:曜日?|ようび?|[)])';
const CALENDAR = new RegExp(
  `(?:(?:(\\d{4})年|令和(${NUMBER}|元)年)の?)?(?:(${NUMBER})(?:月|がつ)の?(?:(${NUMBER})日|(${DAY_WORDS.join('|')}))` +
    `|(?<![\\d/])(1[0-2]|0?[1-9])/([0-3]?\\d)(?![\\d/])|(?<![\\d月一二三四五六七八九十])(${NUMBER})日(?![間目前後])|(${ALONE}))(?:[,、]?の?${WEEKDAY})?`,
  'gu',
);
const RELATIVE = new RegExp(
  `(${Object.keys(AHEAD).join('|')})|(再来週|さらいしゅう|今週|こんしゅう|来週|らいしゅう)の?(?:${WEEKDAY})?|(今度|こんど|次|つぎ)の${WEEKDAY}|(?<![\\d一二三四五六七八九十])${WEEKDAY}`,
  'gu',
);
const TIME = new RegExp(
  `(午前|ごぜん|午後|ごご|朝|昼|夕方|夜)?の?(?:(正午)|(${NUMBER}|れい)(?:時|じ)(?!間|かん)(?:(半)|(\\d{1,2}|[〇一二三四五六七八九十]{1,3})(?:分|ふん|ぷん))?|(?<!\\d)([01]?\\d|2[0-3]):([0-5]\\d)(?!\\d))`,
  'gu',
);
const PM = new Set(['午後', 'ごご', '夕方', '夜', '昼']);

/** The text in which mentions have their places: one width, hiragana for katakana, without spaces. */
export function foldForMentions(text: string): string {
  return toHiragana(text).replace(/\s/gu, '');
}

/** All days that are spoken of, in order, without overlaps. `text` comes from `foldForMentions`. */
export function dateMentions(text: string): readonly DateMention[] {
  const found = [...text.matchAll(CALENDAR)].map(calendarMention);
  const taken = (start: number, end: number): boolean =>
    found.some((mention) => start < mention.end && mention.start < end);
  const relative = [...text.matchAll(RELATIVE)]
    .map(relativeMention)
    .filter(({ start, end }) => !taken(start, end));
  return [...found, ...relative].sort((a, b) => a.start - b.start);
}

/** All times of day that are spoken of, in order. Durations (一時間, 15分) are none. `text` comes from `foldForMentions`. */
export function timeMentions(text: string): readonly TimeMention[] {
  return [...text.matchAll(TIME)].map((match) => {
    const [, half, noon, hour, halfPast, minute, clockHour, clockMinute] = match;
    return {
      kind: 'time' as const,
      hour: noon === undefined ? numberOf(hour ?? clockHour ?? '') : 12,
      minute: halfPast === undefined ? numberOf(minute ?? clockMinute ?? '0') : 30,
      ...(noon === undefined ? halfOf(half) : { half: 'pm' as const }),
      ...placeOf(match),
    };
  });
}

/** A number below a hundred in Arabic digits or kanji; NaN when it is neither. */
export function numberOf(text: string): number {
  if (/^\d+$/u.test(text)) return Number(text);
  if (text === 'れい') return 0;
  if (text === '元') return 1;
  const [tens = '', ones] = text.includes('十') ? text.split('十') : ['', text];
  const leading = text.includes('十') ? digitsOf(tens === '' ? '一' : tens) : 0;
  return leading * 10 + (ones === '' || ones === undefined ? 0 : digitsOf(ones));
}

function digitsOf(signs: string): number {
  return Number(Array.from(signs, (sign) => SIGNS.indexOf(sign)).join('') || 'NaN');
}

function halfOf(word: string | undefined): { half?: 'am' | 'pm' } {
  if (word === undefined) return {};
  return { half: PM.has(word) ? 'pm' : 'am' };
}

function placeOf(match: RegExpExecArray): { start: number; end: number } {
  return { start: match.index, end: match.index + match[0].length };
}

function weekdayNamed(sign: string | undefined): { weekday?: number } {
  return sign === undefined ? {} : { weekday: WEEKDAYS.findIndex((name) => name === sign) };
}

function calendarMention(match: RegExpExecArray): DateMention {
  const [, year, era, month, day, reading, slashMonth, slashDay, dayAlone, readingAlone, weekday] = match;
  const named = reading ?? readingAlone;
  const saidMonth = month ?? slashMonth;
  return {
    kind: 'date',
    ...(year === undefined ? {} : { year: Number(year) }),
    // Reiwa 1 is 2019.
    ...(era === undefined ? {} : { year: 2018 + numberOf(era) }),
    ...(saidMonth === undefined ? {} : { month: numberOf(saidMonth) }),
    day: named === undefined ? numberOf(day ?? slashDay ?? dayAlone ?? '') : (DAY_READINGS[named] ?? 0),
    ...weekdayNamed(weekday),
    ...placeOf(match),
  };
}

function relativeMention(match: RegExpExecArray): DateMention {
  const [, ahead, week, weekOf, next, nextOf, alone] = match;
  return {
    kind: 'date',
    ...(ahead === undefined ? {} : { daysAhead: AHEAD[ahead] ?? 0 }),
    ...(week === undefined ? {} : { weeksAhead: WEEKS[week] ?? 0 }),
    ...(next === undefined ? {} : { next: true as const }),
    ...weekdayNamed(weekOf ?? nextOf ?? alone),
    ...placeOf(match),
  };
}
