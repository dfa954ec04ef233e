/** A day as `YYYY-MM-DD`. */
export type Day = string;

export const WEEKDAYS = ['日', '月', '火', '水', '木', '金', '土'] as const;

/** Ms. Japan has one zone, nine hours ahead of UTC, and no summer time. */
const TOKYO_OFFSET_MS = 9 * 60 * 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Day and time of day in Tokyo at an instant given in ms since the epoch. */
export function tokyoTime(instant: number): {
  readonly day: Day;
  readonly hour: number;
  readonly minute: number;
} {
  const shifted = new Date(instant + TOKYO_OFFSET_MS);
  return {
    day: shifted.toISOString().slice(0, 10),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
  };
}

/** The instant so many minutes after midnight of a day in Tokyo, ms since the epoch. */
export function tokyoInstant(day: Day, minutes: number): number {
  return Date.parse(`${day}T00:00:00+09:00`) + minutes * 60_000;
}

/** The day of these numbers (month and day from 1), or null when the calendar has none, such as 30 February. */
export function dayOf(year: number, month: number, day: number): Day | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.toISOString().slice(0, 10) : null;
}

/** Year, month and day as numbers, month and day from 1. */
export function partsOf(day: Day): { readonly year: number; readonly month: number; readonly day: number } {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { year, month, day: date };
}

/** The day so many days later, or earlier when negative. */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: Day): number {
  return new Date(Date.parse(day)).getUTCDay();
}
