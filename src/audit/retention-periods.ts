import { addDays, partsOf, tokyoInstant, tokyoTime, type Day } from '../briefing/spoken-calendar.ts';
import type { RetentionPeriods } from '../lib/retention-periods.ts';
import type { RetentionPeriod } from '../store/retention-ports.ts';

/** A rule for when a row is due: everything that began before `cutoff` is, and what began at `since` is at `dueAt`. */
export interface Lifetime {
  /** Ms. @param now ms */
  cutoff(now: number): number;
  /** Ms. @param since ms */
  dueAt(since: number): number;
}

/** The rule of each period. */
export function lifetimes(periods: RetentionPeriods): Readonly<Record<RetentionPeriod, Lifetime>> {
  return {
    call: forDays(periods.callDays),
    message: forDays(periods.messageDays),
    hiring: untilYearEnd(periods),
    outbound: forDays(periods.outboundDays),
    technical: forDays(periods.technicalDays),
    counter: forDays(periods.counterDays),
    record: forDays(periods.recordDays),
  };
}

function forDays(days: number): Lifetime {
  return {
    cutoff: (now) => midnight(addDays(tokyoTime(now).day, -days)),
    dueAt: (since) => midnight(addDays(tokyoTime(since).day, days + 1)),
  };
}

/**
 * People are kept to the end of the hiring year that their briefing belongs to. In the last days before that date
 * briefings are for those who graduate a year later.
 */
function untilYearEnd(periods: RetentionPeriods): Lifetime {
  const { hiringYearEnd, hiringYearLeadDays, hiringYearsMore } = periods;
  const endOf = (year: number): Day => `${String(year).padStart(4, '0')}-${hiringYearEnd}`;
  /** First day of briefings that belong to the year after this one. */
  const turnOf = (year: number): Day => addDays(endOf(year), -hiringYearLeadDays);
  return {
    cutoff: (now) => {
      const today = tokyoTime(now).day;
      const { year } = partsOf(today);
      const over = today > endOf(year) ? year : year - 1;
      return midnight(turnOf(over - hiringYearsMore));
    },
    dueAt: (since) => {
      const { day } = tokyoTime(since);
      const { year } = partsOf(day);
      const own = [year, year + 1].find((candidate) => day < turnOf(candidate)) ?? year + 2;
      return midnight(addDays(endOf(own + hiringYearsMore), 1));
    },
  };
}

function midnight(day: Day): number {
  return tokyoInstant(day, 0);
}
