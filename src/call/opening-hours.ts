import { DenwabanError } from '../errors.ts';

/** Open from `start` to just before `end`, in minutes since Monday 00:00; `end` may lie in the next week. */
interface OpenSpan {
  readonly start: number;
  readonly end: number;
}

/** When the telephone is answered. */
export type OpeningHours = readonly OpenSpan[];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MINUTES_PER_DAY = 1_440;
const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;

/** Japan has one time zone and no daylight saving time. */
const JST_OFFSET_MIN = 9 * 60;

/** 1970-01-01 was a Thursday: three days after a Monday. */
const EPOCH_MINUTE_OF_WEEK = 3 * MINUTES_PER_DAY;

const ENTRY = /^([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i;

/**
 * Reads hours such as `Mon-Fri 08:00-20:00, Sat 09:00-13:00`. An entry may be repeated for a day with a break; an end
 * before the start is on the next day; 24:00 is midnight at the end of a day.
 *
 * @returns null for empty text: always open
 * @throws DenwabanError DW_CONFIG naming the entry by its position
 */
export function parseOpeningHours(text: string): OpeningHours | null {
  if (text.trim() === '') return null;
  return text.split(',').flatMap((entry, index) => {
    const spans = parseEntry(entry.trim());
    if (spans !== null) return spans;
    throw new DenwabanError(
      'DW_CONFIG',
      `OPENING_HOURS: entry ${index + 1} is not readable. Write days and hours such as Mon-Fri 08:00-20:00, Sat 09:00-13:00.`,
    );
  });
}

/** @param now ms since the Unix epoch */
export function isOpen(hours: OpeningHours | null, now: number): boolean {
  if (hours === null) return true;
  const minute = (Math.floor(now / 60_000) + JST_OFFSET_MIN + EPOCH_MINUTE_OF_WEEK) % MINUTES_PER_WEEK;
  return hours.some(({ start, end }) => (minute >= start && minute < end) || minute + MINUTES_PER_WEEK < end);
}

function parseEntry(entry: string): OpenSpan[] | null {
  const match = ENTRY.exec(entry);
  if (match === null) return null;
  const [, from = '', to = from, ...clock] = match;
  const first = dayOf(from);
  const last = dayOf(to ?? from);
  const [opensHour = 0, opensMinute = 0, closesHour = 0, closesMinute = 0] = clock.map(Number);
  const opens = minuteOf(opensHour, opensMinute);
  const closes = minuteOf(closesHour, closesMinute);
  if (first === -1 || last === -1 || opens === null || closes === null) return null;
  if (opens === closes || opens === MINUTES_PER_DAY) return null;
  const length = closes > opens ? closes - opens : closes + MINUTES_PER_DAY - opens;
  const count = ((last - first + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length: count }, (_, offset) => {
    const start = ((first + offset) % DAYS.length) * MINUTES_PER_DAY + opens;
    return { start, end: start + length };
  });
}

function dayOf(text: string): number {
  return DAYS.findIndex((day) => day === text.toLowerCase());
}

function minuteOf(hour: number, minute: number): number | null {
  const total = hour * 60 + minute;
  return minute < 60 && total <= MINUTES_PER_DAY ? total : null;
}
