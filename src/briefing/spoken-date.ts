import { addDays, dayOf, partsOf, weekdayOf, type Day } from './spoken-calendar.ts';
import { dateMentions, foldForMentions, type DateMention } from './spoken-mention.ts';

/** Why a spoken day has more than one reading, or none. */
export type DateDoubt =
  /** 今度の火曜, said when this week's Tuesday is still ahead; a weekday alone; the weeks of people who begin them on Sunday. */
  | 'which_week'
  /** The day of the month is over, or the date was a short while ago. */
  | 'past_or_next'
  /** Date and weekday do not belong together. */
  | 'weekday_mismatch'
  /** Two days were named. */
  | 'several'
  /** 来週 without a day. */
  | 'only_week';

/** A day that was said, several that may have been meant, or none. */
export type SpokenDate =
  | { readonly kind: 'date'; readonly date: Day }
  /** `candidates` in order, earliest first; empty when too many would do. Ask; never pick one. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Day[]; readonly reason: DateDoubt }
  /** The calendar has no such day. */
  | { readonly kind: 'impossible' }
  | { readonly kind: 'none' };

/** Days. A date without a year that is no longer ago than this may be last month's, not next year's. */
const RECENT_DAYS = 60;

/** 24日じゃなくて25日: what stands before these words is taken back. */
const TAKEN_BACK = /^(?:で?は?|じゃ)なく/u;

/**
 * The day that a Japanese sentence speaks of: 11月24日, 二十四日, 11/24, はつか, 明日, あさって, 来週の月曜, 今度の火曜. A
 * weekday beside a date is checked against it.
 *
 * @param today the day in Tokyo, `YYYY-MM-DD`
 */
export function parseSpokenDate(text: string, today: Day): SpokenDate {
  const folded = foldForMentions(text);
  const mentions = standing(folded, dateMentions(folded));
  const read = mentions.map((mention) => resolveDate(mention, today));
  const [first] = read;
  if (first === undefined) return { kind: 'none' };
  if (read.length === 1) return first;
  if (read.some(({ kind }) => kind === 'impossible')) return { kind: 'impossible' };
  return agreeing(read);
}

/** The day of one mention, as `parseSpokenDate` reads it. */
export function resolveDate(mention: DateMention, today: Day): SpokenDate {
  if (mention.daysAhead !== undefined) return { kind: 'date', date: addDays(today, mention.daysAhead) };
  const date =
    mention.day === undefined ? byWeekday(mention, today) : byCalendar(mention, mention.day, today);
  if (date.kind !== 'date' || mention.weekday === undefined || weekdayOf(date.date) === mention.weekday)
    return date;
  return { kind: 'ambiguous', candidates: [date.date], reason: 'weekday_mismatch' };
}

/** Without the days that the speaker took back. */
function standing(text: string, mentions: readonly DateMention[]): readonly DateMention[] {
  return mentions.filter(
    (mention, index) => index === mentions.length - 1 || !TAKEN_BACK.test(text.slice(mention.end)),
  );
}

/** Several mentions are one day when they share exactly one: 来週の火曜、24日. */
function agreeing(read: readonly SpokenDate[]): SpokenDate {
  const sets = read.map(daysOf);
  const all = [...new Set(sets.flat())].sort();
  const shared = all.filter((day) => sets.every((set) => set.includes(day)));
  const [only] = shared;
  if (only !== undefined && shared.length === 1) return { kind: 'date', date: only };
  return { kind: 'ambiguous', candidates: all, reason: 'several' };
}

function daysOf(date: SpokenDate): readonly Day[] {
  if (date.kind === 'date') return [date.date];
  return date.kind === 'ambiguous' ? date.candidates : [];
}

function byCalendar(mention: DateMention, day: number, today: Day): SpokenDate {
  const now = partsOf(today);
  if (mention.year !== undefined) return exactly(dayOf(mention.year, mention.month ?? now.month, day));
  if (mention.month !== undefined) return inSomeYear(mention.month, day, today);
  return inSomeMonth(day, today);
}

function exactly(date: Day | null): SpokenDate {
  return date === null ? { kind: 'impossible' } : { kind: 'date', date };
}

function inSomeYear(month: number, day: number, today: Day): SpokenDate {
  const { year } = partsOf(today);
  const dates = [year, year + 1].flatMap((candidate) => dayOf(candidate, month, day) ?? []);
  return aheadOrRecent(dates, today);
}

function inSomeMonth(day: number, today: Day): SpokenDate {
  const { year, month } = partsOf(today);
  const dates = [0, 1, 2].flatMap((later) => {
    const index = month - 1 + later;
    return dayOf(year + Math.floor(index / 12), (index % 12) + 1, day) ?? [];
  });
  return aheadOrRecent(dates, today);
}

/** The first of the dates that is not over, unless an earlier one was over so recently that it may be meant. */
function aheadOrRecent(dates: readonly Day[], today: Day): SpokenDate {
  const ahead = dates.find((date) => date >= today);
  const recent = dates.find((date) => date < today && date >= addDays(today, -RECENT_DAYS));
  if (ahead === undefined) return { kind: 'impossible' };
  if (recent === undefined) return { kind: 'date', date: ahead };
  return { kind: 'ambiguous', candidates: [recent, ahead], reason: 'past_or_next' };
}

function byWeekday(mention: DateMention, today: Day): SpokenDate {
  const { weekday, weeksAhead } = mention;
  if (weekday === undefined) return { kind: 'ambiguous', candidates: [], reason: 'only_week' };
  if (weeksAhead !== undefined) return inWeek(weekday, weeksAhead, today);
  const coming = addDays(today, (weekday - weekdayOf(today) + 7) % 7);
  const inThisWeek = coming <= addDays(mondayOf(today), 6);
  const doubtful = mention.next !== true || inThisWeek;
  if (!doubtful) return { kind: 'date', date: coming };
  return { kind: 'ambiguous', candidates: [coming, addDays(coming, 7)], reason: 'which_week' };
}

/** Weeks begin on Monday for some and on Sunday for others; where that makes two days of it, it is ambiguous. */
function inWeek(weekday: number, weeksAhead: number, today: Day): SpokenDate {
  const fromMonday = addDays(mondayOf(today), 7 * weeksAhead + ((weekday + 6) % 7));
  const fromSunday = addDays(today, 7 * weeksAhead + weekday - weekdayOf(today));
  if (fromMonday === fromSunday) return { kind: 'date', date: fromMonday };
  return { kind: 'ambiguous', candidates: [fromMonday, fromSunday].sort(), reason: 'which_week' };
}

function mondayOf(day: Day): Day {
  return addDays(day, -((weekdayOf(day) + 6) % 7));
}
