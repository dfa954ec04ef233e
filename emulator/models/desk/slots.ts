import { dateMentions, foldForMentions, timeMentions } from '../../../src/briefing/spoken-mention.ts';
import { parseSpokenMinutes, readingsOf } from '../../../src/briefing/spoken-time.ts';
import { WEEKDAYS, type Day } from '../../../src/briefing/spoken-calendar.ts';
import { resolveDate } from '../../../src/briefing/spoken-date.ts';
import { isObject } from '../../schema.ts';

/** A date of a briefing as `check_slots` tells of it. */
export interface OfferedSlot {
  /** Name by which a tool takes it. */
  readonly slot: string;
  /** As it is said: day, weekday and time. */
  readonly when: string;
  readonly online: boolean;
  readonly free: boolean;
}

/** A registration of the caller, and what may be told about its briefing. */
export interface OwnRegistration {
  readonly registration: string;
  readonly reserved: string;
  readonly others: readonly OfferedSlot[];
  /** Whether there are dates beside `others`. */
  readonly more: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Dates told in one breath. */
const TOLD_AT_ONCE = 3;
/** Somebody who is late comes within so many hours of the start: settles 2時半. */
const LATE_HOURS = 6;
/** `11月24日（にじゅうよっか）火曜日、午後2時`. */
const SPOKEN =
  /(\d+)月(\d+)日(?:[（(][^）)]*[）)])?([日月火水木金土])曜日、(?:(正午)|(午前|午後)(\d+)時(?:(\d+)分)?)/u;

/** What `check_slots` answered, or null when it refused. */
export function registrationsIn(output: unknown): readonly OwnRegistration[] | null {
  if (!isObject(output) || !Array.isArray(output['registrations'])) return null;
  return output['registrations'].filter(isObject).map((entry) => ({
    registration: String(entry['registration']),
    reserved: aloud(entry['reserved']),
    facts: isObject(entry['briefing']) ? entry['briefing'] : {},
    more: entry['more_dates'] === true,
    others: (Array.isArray(entry['other_dates']) ? entry['other_dates'] : [])
      .filter(isObject)
      .map((other) => ({
        slot: String(other['slot']),
        when: aloud(other['when']),
        online: other['online'] === true,
        free: other['seats'] === 'free',
      })),
  }));
}

/** Those whose day, and time if one was said, are the ones in the sentence. */
export function matching(text: string, slots: readonly OfferedSlot[]): readonly OfferedSlot[] {
  const folded = foldForMentions(text);
  const days = dateMentions(folded).filter(({ day, weekday }) => day !== undefined || weekday !== undefined);
  const times = timeMentions(folded).flatMap((mention) => [...readingsOf(mention)]);
  const last = days.at(-1);
  const onDay = slots.filter(({ when }) => {
    const spoken = readSpoken(when);
    if (spoken === null || last === undefined) return false;
    if (last.month !== undefined && last.month !== spoken.month) return false;
    if (last.day !== undefined) return last.day === spoken.day;
    return WEEKDAYS[last.weekday ?? -1] === spoken.weekday;
  });
  const atTime = onDay.filter(({ when }) => times.includes(readSpoken(when)?.time ?? ''));
  return atTime.length > 0 ? atTime : onDay;
}

/** Whether the sentence names a day at all. */
export function namesDay(text: string): boolean {
  return dateMentions(foldForMentions(text)).length > 0;
}

/** The last day that the sentence names, `YYYY-MM-DD`; the next one when several may be meant. Null: none. */
export function dayNamed(text: string, today: Day): Day | null {
  const last = dateMentions(foldForMentions(text)).at(-1);
  const read = last === undefined ? null : resolveDate(last, today);
  if (read?.kind === 'date') return read.date;
  return read?.kind === 'ambiguous' ? (read.candidates.find((day) => day >= today) ?? null) : null;
}

/** When somebody arrives who said so: `HH:MM`, from a time or from minutes after the start. Null: not said. */
export function arrivalIn(text: string, reserved: string): string | null {
  const start = readSpoken(reserved)?.time;
  if (start === undefined) return null;
  const times = timeMentions(foldForMentions(text)).flatMap((mention) => [...readingsOf(mention)]);
  const later = times.find(
    (time) => minutesOf(time) > minutesOf(start) && minutesOf(time) <= minutesOf(start) + LATE_HOURS * 60,
  );
  if (later !== undefined) return later;
  if (times[0] !== undefined) return times[0];
  const minutes = parseSpokenMinutes(text);
  return minutes === null ? null : timeOf(minutesOf(start) + minutes);
}

/** The first free dates in one breath. */
export function listed(slots: readonly OfferedSlot[]): string {
  return slots
    .filter(({ free }) => free)
    .slice(0, TOLD_AT_ONCE)
    .map(({ when, online }) => `${when}からの${online ? 'オンラインの' : ''}回`)
    .join('、または');
}

/** `11:05` as it is said: 午前11時5分. */
export function timeAloud(time: string): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (hour === 12 && minute === 0) return '正午';
  return `${hour < 12 ? '午前' : '午後'}${hour % 12}時${minute === 0 ? '' : `${minute}分`}`;
}

/** Readings in brackets help a voice; they are not said beside the date. */
function aloud(text: unknown): string {
  return typeof text === 'string' ? text.replaceAll(/[（(][ぁ-んー]+[）)]/gu, '') : '';
}

function readSpoken(when: string): { month: number; day: number; weekday: string; time: string } | null {
  const found = SPOKEN.exec(when);
  if (found === null) return null;
  const [, month, day, weekday = '', noon, half, hour, minute] = found;
  const hours = noon === undefined ? Number(hour) + (half === '午後' ? 12 : 0) : 12;
  return { month: Number(month), day: Number(day), weekday, time: timeOf(hours * 60 + Number(minute ?? 0)) };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function timeOf(minutes: number): string {
  const inDay = Math.min(minutes, 24 * 60 - 1);
  return `${String(Math.floor(inDay / 60)).padStart(2, '0')}:${String(inDay % 60).padStart(2, '0')}`;
}
