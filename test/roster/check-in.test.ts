import t from 'tap';
import { readLists } from '../../src/roster/attendance-list.ts';
import { readCheckIn, type CheckIn } from '../../src/roster/check-in.ts';
import { truncateBriefings } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { BRIEFING, columnsOf, imported, slotAt, tableOf } from './fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());
await truncateBriefings(store);
await store.briefings.putBriefing(BRIEFING);
await store.briefings.putSlot(slotAt(14), 0);
const PEOPLE = [
  '氏名,フリガナ,電話番号,受付番号,日時',
  '零 一,レイ ハジメ,090-1234-0001,0012,11/24 14:00',
  '十二 番,ジュウニ バン,090-1234-0002,12,11/24 14:00',
  '零 七,レイ ナナ,090-1234-0003,007,11/24 14:00',
  '指 数,シ スウ,090-1234-0004,1E05,11/24 14:00',
];
await imported(store, PEOPLE.join('\n'));
const lists = await readLists(store.briefings, await store.briefings.listSlots('b', null));

function checkIn(...rows: string[]): CheckIn {
  const table = tableOf(['受付番号,氏名,当日', ...rows].join('\n'));
  return readCheckIn(table, columnsOf(table), lists, false);
}

/** The codes of those who are recorded as there. */
function cameIn({ observations }: CheckIn): (string | null | undefined)[] {
  return observations.map(({ registrationId }) => {
    const lines = lists.flatMap((list) => list.lines);
    return lines.find(({ registration }) => registration.registrationId === registrationId)?.applicant
      .reservationCode;
  });
}

t.test('a code whose zeros a spreadsheet has eaten finds its person', async (t) => {
  t.same(cameIn(checkIn('7,,○')), ['007']);
  t.same(cameIn(checkIn('12,零 一,○', '12,十二 番,○')), ['0012', '12'], 'by the name, where two fit');
  t.same(cameIn(checkIn('12,,○')), ['12'], 'as it is written, where no name is');
  t.same(cameIn(checkIn("'0012,,○")), ['0012']);
});

t.test('a code that a spreadsheet has rounded leaves the name, or is refused', async (t) => {
  t.same(cameIn(checkIn('1.00E+05,指 数,○')), ['1E05']);
  t.match(checkIn('1.00E+05,,○').refused, [{ line: 2, reason: /nothing says who this is/ }]);
});

t.test('somebody else is not found by a code that only looks eaten', async (t) => {
  t.match(checkIn('7,他 人,○').refused, [{ reason: /「7」 is not on the list/ }]);
  t.match(checkIn('70,,○', '0007,,○').refused, [{ line: 2 }, { line: 3 }]);
});
