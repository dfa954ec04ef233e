/** Hours of the day, in minutes since midnight in Japan, in which people are not disturbed. They may span midnight. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

/** Ms. Japan has one zone and no summer time. */
const JST_OFFSET_MS = 9 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Reads `20:00-09:00`; empty text is null: no quiet hours. Undefined: not readable, or of no length. */
export function parseQuietHours(text: string): QuietHours | null | undefined {
  if (text === '') return null;
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const [fromHour, fromMinute, untilHour, untilMinute] = match.slice(1).map(Number);
  const from = (fromHour ?? 0) * 60 + (fromMinute ?? 0);
  const until = (untilHour ?? 0) * 60 + (untilMinute ?? 0);
  return from === until ? undefined : { from, until };
}

/** The instant itself, or the end of the quiet hours that it lies in. */
export function afterQuietHours(at: number, quiet: QuietHours | null): number {
  if (quiet === null) return at;
  const midnight = Math.floor((at + JST_OFFSET_MS) / DAY_MS) * DAY_MS - JST_OFFSET_MS;
  const minute = (at - midnight) / MINUTE_MS;
  const overnight = quiet.from > quiet.until;
  const inside = overnight
    ? minute >= quiet.from || minute < quiet.until
    : minute >= quiet.from && minute < quiet.until;
  if (!inside) return at;
  const end = midnight + quiet.until * MINUTE_MS;
  return end > at ? end : end + DAY_MS;
}

/** The day in Japan that an instant lies in, such as `2026-11-25`. */
export function dayInJapan(at: number): string {
  return new Date(at + JST_OFFSET_MS).toISOString().slice(0, 10);
}
