import { foldForMentions, numberOf, timeMentions, type TimeMention } from './spoken-mention.ts';

/** A time of day as `HH:MM`, from 00:00 to 23:59. */
export type TimeOfDay = string;

export type SpokenTime =
  | { readonly kind: 'time'; readonly time: TimeOfDay }
  /** 2時 is two in the night or in the afternoon; two times were named. Earliest first. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly TimeOfDay[] }
  /** 25時, 10時70分. */
  | { readonly kind: 'impossible' }
  | { readonly kind: 'none' };

/** When a time can be meant at all, both ends included. Settles 2時 for a briefing by day. */
export interface TimeWindow {
  readonly from: TimeOfDay;
  readonly to: TimeOfDay;
}

const WHOLE_DAY: TimeWindow = { from: '00:00', to: '23:59' };

/** 2時じゃなくて3時: what stands before these words is taken back. */
const TAKEN_BACK = /^(?:から|に)?(?:で?は?|じゃ)なく/u;

/**
 * The time of day that a Japanese sentence speaks of: 午後2時半, 14時15分, 二時, 10:30, 正午. An hour without 午前 or 午後 is
 * ambiguous unless `window` leaves one reading.
 */
export function parseSpokenTime(text: string, window: TimeWindow = WHOLE_DAY): SpokenTime {
  const folded = foldForMentions(text);
  const mentions = timeMentions(folded);
  const meant = mentions.filter(
    ({ end }, index) => index === mentions.length - 1 || !TAKEN_BACK.test(folded.slice(end)),
  );
  if (meant.length === 0) return { kind: 'none' };
  const readings = meant.map(readingsOf);
  if (readings.some((times) => times.length === 0)) return { kind: 'impossible' };
  const fitting = readings.map((times) => {
    const inside = times.filter((time) => time >= window.from && time <= window.to);
    return inside.length === 0 ? times : inside;
  });
  const all = [...new Set(fitting.flat())].sort();
  const [only] = all;
  return only !== undefined && all.length === 1
    ? { kind: 'time', time: only }
    : { kind: 'ambiguous', candidates: all };
}

/** Every time of day that the mention can mean; none when the clock has no such time. */
export function readingsOf(mention: TimeMention): readonly TimeOfDay[] {
  const { hour, minute, half } = mention;
  if (!(minute <= 59)) return [];
  return hoursOf(hour, half).map((value) => `${pad(value)}:${pad(minute)}`);
}

function hoursOf(hour: number, half: 'am' | 'pm' | undefined): readonly number[] {
  if (!(hour >= 0 && hour <= 24)) return [];
  if (hour === 24) return [0];
  if (hour > 12) return half === 'am' ? [] : [hour];
  // Twelve is said for midnight and for noon with either word.
  if (hour === 12) return half === undefined ? [12] : [0, 12];
  if (half !== undefined) return [half === 'pm' ? hour + 12 : hour];
  return hour === 0 ? [0] : [hour, hour + 12];
}

const DURATION =
  /(?:(\d{1,2}|[一二三四五六七八九十]{1,3})時間(半)?)?(?:(\d{1,3}|[一二三四五六七八九十]{1,3})分)?/gu;

/** Minutes of the one duration in a sentence (15分ほど, 1時間半), or null when there is none or more than one. */
export function parseSpokenMinutes(text: string): number | null {
  // The minutes of a time of day are no duration.
  const folded = withoutTimes(foldForMentions(text));
  const found = [...folded.matchAll(DURATION)].filter(([words]) => words !== '');
  const [match] = found;
  if (match === undefined || found.length > 1) return null;
  const [, hours, half, minutes] = match;
  return numberOf(hours ?? '0') * 60 + (half === undefined ? 0 : 30) + numberOf(minutes ?? '0');
}

function withoutTimes(text: string): string {
  return timeMentions(text).reduceRight(
    (rest, { start, end }) => rest.slice(0, start) + rest.slice(end),
    text,
  );
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
