import { addDays, dayOf, tokyoInstant } from '../briefing/spoken-calendar.ts';
import { writeInstant } from '../roster/slot-text.ts';
import { UsageError } from './program.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Days of ten years: further ahead, or back, is a slip of the pen. */
const MAX_DAYS = 3_653;

/** `2026/11/24 14:00`, in Tokyo. */
export const writtenMinute = writeInstant;

/**
 * The end of a day that is written `2027-03-31`, or so many days from now, `90d`.
 *
 * @throws UsageError when it is neither, or past
 */
export function readExpiry(text: string, now: number): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  const day = readDay(text);
  const at =
    days !== undefined ? now + Number(days) * DAY_MS : day === null ? NaN : tokyoInstant(addDays(day, 1), 0);
  if (at > now && at < now + MAX_DAYS * DAY_MS) return at;
  throw new UsageError(`--expires ${text}: write a day to come, such as 2027-03-31, or days such as 90d.`);
}

/**
 * An instant that is written as a day in Tokyo, `2026-11-24`, as an RFC 3339 instant, or as a time ago, `24h`, `7d`.
 *
 * @throws UsageError when it is none of these
 */
export function readSince(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unit === 'h' ? HOUR_MS : DAY_MS);
  const day = readDay(text);
  if (day !== null) return tokyoInstant(day, 0);
  const at = /^\d{4}-\d\d-\d\dT/.test(text) && /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isFinite(at)) return at;
  throw new UsageError(
    `--since ${text}: write a day such as 2026-11-24, an instant such as 2026-11-24T09:00:00+09:00, or 24h or 7d.`,
  );
}

function readDay(text: string): string | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  return year === undefined ? null : dayOf(Number(year), Number(month), Number(day));
}
