import t from 'tap';
import { lifetimes } from '../../src/audit/retention-periods.ts';
import type { RetentionPeriods } from '../../src/lib/retention-periods.ts';

/** The defaults. */
const PERIODS: RetentionPeriods = {
  callDays: 30,
  messageDays: 90,
  outboundDays: 30,
  technicalDays: 14,
  counterDays: 2,
  recordDays: 730,
  hiringYearEnd: '03-31',
  hiringYearLeadDays: 31,
  hiringYearsMore: 0,
};

function tokyo(text: string): number {
  return Date.parse(`${text}+09:00`);
}

function hiringDue(briefing: string, changes: Partial<RetentionPeriods> = {}): string {
  const { hiring } = lifetimes({ ...PERIODS, ...changes });
  return new Date(hiring.dueAt(tokyo(`${briefing}T14:00:00`)) + 9 * 3_600_000).toISOString().slice(0, 16);
}

t.test('what begins on a day is due when the days after it are over in Japan', async (t) => {
  const { call } = lifetimes(PERIODS);
  for (const time of ['00:00:00', '14:00:00', '23:59:59.999'])
    t.equal(call.dueAt(tokyo(`2026-11-01T${time}`)), tokyo('2026-12-02T00:00:00'), time);
});

t.test('people are kept to the end of the hiring year of their briefing', async (t) => {
  t.equal(hiringDue('2026-11-25'), '2027-04-01T00:00', 'autumn');
  t.equal(hiringDue('2027-02-27'), '2027-04-01T00:00', 'the last day that belongs to the year');
  t.equal(hiringDue('2027-03-01'), '2028-04-01T00:00', 'the season of the next graduates begins');
  t.equal(hiringDue('2027-03-31'), '2028-04-01T00:00');
  t.equal(hiringDue('2027-04-01'), '2028-04-01T00:00');
});

t.test('the end of the hiring year, its turn and further years are configured', async (t) => {
  t.equal(hiringDue('2026-11-25', { hiringYearsMore: 2 }), '2029-04-01T00:00');
  t.equal(hiringDue('2027-03-30', { hiringYearLeadDays: 0 }), '2027-04-01T00:00');
  t.equal(hiringDue('2026-11-25', { hiringYearEnd: '09-30' }), '2027-10-01T00:00');
  t.equal(hiringDue('2026-12-31', { hiringYearEnd: '01-15', hiringYearLeadDays: 60 }), '2028-01-16T00:00');
});

t.test('the cut-off and the due time are the same rule, for every hour of three years', async (t) => {
  const HOUR = 3_600_000;
  for (const periods of [PERIODS, { ...PERIODS, hiringYearLeadDays: 364, hiringYearsMore: 1 }]) {
    for (const [name, rule] of Object.entries(lifetimes(periods))) {
      let wrong = 0;
      for (
        let since = tokyo('2026-01-01T00:00:00');
        since < tokyo('2029-01-01T00:00:00');
        since += 7 * HOUR
      ) {
        const due = rule.dueAt(since);
        if (!(since < rule.cutoff(due)) || since < rule.cutoff(due - 1)) wrong += 1;
      }
      t.equal(wrong, 0, name);
    }
  }
});
