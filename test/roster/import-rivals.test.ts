import t from 'tap';
import { importRoster, RosterBusyError, type InTransaction } from '../../src/roster/import-roster.ts';
import type { Store } from '../../src/store/open.ts';
import { truncateBriefings } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { BRIEFING, NOW, columnsOf, imported, slotAt, tableOf } from './fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());

const FILE = '氏名,電話番号,受付番号,大学,日時\n山田 太郎,090-1234-0001,A1,見本大学,11/24 14:00';
const CHANGED = FILE.replace('見本大学', '例示大学');

/** Before a plan is applied somebody else changes the applicant, the first `times` times. */
function withRival(store: Store, times: number): InTransaction {
  let left = times;
  return async (work, options) =>
    store.transact(
      async ({ briefings }) =>
        work({
          briefings: {
            ...briefings,
            applyRoster: async (plan, at) => {
              const known = await briefings.findApplicantByReservationCode('A1');
              if (known !== null && left > 0)
                await briefings.putApplicant({ ...known, faculty: '法学部' }, known);
              left -= 1;
              return briefings.applyRoster(plan, at);
            },
          },
        }),
      options,
    );
}

async function changedUnder(times: number, steps: string[]): Promise<string> {
  await truncateBriefings(store);
  await store.briefings.putBriefing(BRIEFING);
  await store.briefings.putSlot(slotAt(14), 0);
  await imported(store, FILE);
  const table = tableOf(CHANGED);
  const report = await importRoster(withRival(store, times), {
    table,
    columns: columnsOf(table),
    briefing: BRIEFING,
    createBriefing: false,
    making: null,
    source: 'csv',
    apply: true,
    onlyPlan: null,
    at: NOW,
    onStep: (step) => void steps.push(step),
  });
  return `${report.applied ? 'applied' : 'not applied'}, ${report.counts.changed} changed`;
}

t.test('what changes while a roster is compared is compared again', async (t) => {
  const steps: string[] = [];
  t.equal(await changedUnder(2, steps), 'applied, 1 changed');
  t.equal(steps.filter((step) => step.includes('comparing again')).length, 2);
  t.match(await store.briefings.findApplicantByReservationCode('A1'), { university: '例示大学' });
});

t.test('an import that never catches up gives up and stores nothing', async (t) => {
  await t.rejects(changedUnder(Infinity, []), RosterBusyError);
  t.match(await store.briefings.findApplicantByReservationCode('A1'), { university: '見本大学', version: 1 });
});
