import {
  addDays,
  dayOf,
  partsOf,
  tokyoTime,
  weekdayOf,
  WEEKDAYS,
  type Day,
} from '../briefing/spoken-calendar.ts';

/** A day and times in Tokyo as somebody wrote them; null: not written. Times are minutes since midnight. */
export interface WrittenTime {
  readonly day: Day | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** Days. A date without a year is the first such day that is not longer ago. */
const RECENT_DAYS = 60;

/** The first year of Reiwa less one. */
const REIWA = 2018;

const ENGLISH_WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const DATE =
  /^(?:(?:(?<era>令和|r)\s*(?<eraYear>\d{1,2}|元)|(?<year>\d{4}))\s*[年./-]\s*)?(?<month>\d{1,2})\s*(?<mark>[月./-])\s*(?<day>\d{1,2})(?!\d)\s*日?/iu;
const COMPACT = /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?!\d)/u;
const WEEKDAY =
  /^\s*(?:\(\s*(?<short>[日月火水木金土])[^)]*\)|(?<long>[日月火水木金土])曜日?|\(?(?<english>sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?\)?)/iu;
const TIME =
  /^(?<half>午前|午後|am|pm)?\s*(?<hour>\d{1,2})\s*(?::|時)\s*(?<minute>\d{1,2}|半)?\s*分?(?::\d{2}(?:\.\d+)?)?\s*(?<after>am|pm)?/iu;
const NOON = /^正午/u;
const RANGE = /^\s*(?:[〜~\-‐–—―]|から)\s*/u;
const ENDING = /^\s*(?:開始|スタート|まで|終了)?\s*$/u;
/** An instant with its own zone. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/iu;

/**
 * Reads a date, a time, or both, with or without an end: 2026/11/24 14:00, 11月24日(火) 14時〜15時半, 令和8年11月24日,
 * R8.11.24 午後2時, 20261124, 14:00. A weekday must belong to its date.
 *
 * @param text NFKC
 * @param today the day in Tokyo from which a missing year is told
 * @returns what was written, or why it cannot be read
 */
export function readWrittenTime(text: string, today: Day): WrittenTime | { readonly problem: string } {
  if (INSTANT.test(text)) return fromInstant(Date.parse(text));
  const date = readDate(text, today);
  if (date !== null && 'problem' in date) return date;
  const rest = (date?.rest ?? text).replace(/^[\sT,、]+/u, '');
  const from = readTime(rest);
  const range = RANGE.exec(from?.rest ?? rest);
  const to = range === null ? null : readTime((from?.rest ?? rest).slice(range[0].length));
  const left =
    to?.rest ?? (range === null ? (from?.rest ?? rest) : (from?.rest ?? rest).slice(range[0].length));
  if (
    (date === null && from === null) ||
    !ENDING.test(left) ||
    from?.minutes === null ||
    to?.minutes === null
  )
    return { problem: `「${text}」 is not a date and time; write 2026/11/24 14:00` };
  return { day: date?.day ?? null, from: from?.minutes ?? null, to: to?.minutes ?? null };
}

function fromInstant(instant: number): WrittenTime | { readonly problem: string } {
  if (Number.isNaN(instant)) return { problem: 'the calendar has no such day' };
  const { day, hour, minute } = tokyoTime(instant);
  return { day, from: hour * 60 + minute, to: null };
}

function readDate(
  text: string,
  today: Day,
): { readonly day: Day; readonly rest: string } | { readonly problem: string } | null {
  const found = COMPACT.exec(text) ?? DATE.exec(text);
  const parts = found?.groups;
  if (found === null || parts === undefined) return null;
  const [month, date] = [Number(parts['month']), Number(parts['day'])];
  const year = yearOf(parts);
  // 9-10 and 9.10 may as well be hours.
  if (year === null && /[.-]/u.test(parts['mark'] ?? '')) return null;
  const day = year === null ? comingDay(month, date, today) : dayOf(year, month, date);
  if (day === null) return { problem: `the calendar has no 「${found[0].trim()}」` };
  const after = text.slice(found[0].length);
  const weekday = WEEKDAY.exec(after);
  if (weekday === null) return { day, rest: after };
  const said = weekdayIn(weekday.groups ?? {});
  if (said !== weekdayOf(day))
    return { problem: `${day} is a ${WEEKDAYS[weekdayOf(day)] ?? ''}曜日, not 「${weekday[0].trim()}」` };
  return { day, rest: after.slice(weekday[0].length) };
}

type Groups = Readonly<Record<string, string | undefined>>;

function yearOf(parts: Groups): number | null {
  if (parts['year'] !== undefined) return Number(parts['year']);
  const { eraYear } = parts;
  if (eraYear === undefined) return null;
  return REIWA + (eraYear === '元' ? 1 : Number(eraYear));
}

function weekdayIn({ short, long, english }: Groups): number {
  const sign = short ?? long;
  return sign === undefined
    ? ENGLISH_WEEKDAYS.indexOf(english?.toLowerCase() ?? '')
    : WEEKDAYS.findIndex((weekday) => weekday === sign);
}

function comingDay(month: number, date: number, today: Day): Day | null {
  const { year } = partsOf(today);
  const days = [year - 1, year, year + 1].map((candidate) => dayOf(candidate, month, date));
  return days.find((day) => day !== null && day >= addDays(today, -RECENT_DAYS)) ?? null;
}

/** `minutes` null: the clock has no such time. */
function readTime(text: string): { readonly minutes: number | null; readonly rest: string } | null {
  const noon = NOON.exec(text);
  if (noon !== null) return { minutes: 12 * 60, rest: text.slice(noon[0].length) };
  const found = TIME.exec(text);
  const parts = found?.groups;
  if (found === null || parts === undefined) return null;
  const rest = text.slice(found[0].length);
  const half = (parts['half'] ?? parts['after'])?.toLowerCase();
  const written = Number(parts['hour']);
  const afternoon = half === '午後' || half === 'pm';
  const hour = half === undefined || written > 12 ? written : (written % 12) + (afternoon ? 12 : 0);
  const minute = parts['minute'] === '半' ? 30 : Number(parts['minute'] ?? 0);
  return { minutes: hour < 24 && minute < 60 ? hour * 60 + minute : null, rest };
}
