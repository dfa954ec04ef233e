import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import { LIST_CODES, LIST_HEADER, listRows, readLists } from '../../src/roster/attendance-list.ts';
import { Cells } from '../../src/roster/cells.ts';
import { writeTable } from '../../src/roster/csv-write.ts';
import { compareSaid } from '../../src/roster/report.ts';
import { CALLER, TEAM, changeOf, truncateBriefings } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { BRIEFING, NOW, columnsOf, imported, slotAt, tableOf } from './fixtures.ts';

for (const text of ['=1+1', '+81', '-1', '@SUM(A1)', '\tx', '\rx', '＝1', '\u22121']) {
  t.test(`${JSON.stringify(text)} is no formula in the exported list`, async (t) => {
    const [, row] = parse(writeTable(['a', 'b'], [[text, null]]), { record_delimiter: '\r\n' });
    t.same(row, [`'${text}`, '']);
  });
}

t.test('no cell of an exported list begins as a formula does, and each is read back', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (cells) => {
      const csv = writeTable(
        cells.map((_, index) => `c${index}`),
        [cells],
      );
      const [, row = []] = parse(csv, { record_delimiter: '\r\n', skip_empty_lines: false });
      return row.every(
        (cell, index) =>
          !/^[=+\-@\t\r]/u.test(cell) && cell.replace(/^'/u, '') === (cells[index] ?? '').replace(/^'/u, ''),
      );
    }),
    { numRuns: 300 },
  );
  t.pass();
});

for (const [code, written] of [
  ['0012', "'0012"],
  ['1E05', "'1E05"],
  ['123456789012', "'123456789012"],
  ['1/2', "'1/2"],
  ['MAR10', "'MAR10"],
  ['471902', '471902'],
  ['S1001', 'S1001'],
  ['12AB', '12AB'],
] as const) {
  t.test(`the code ${code} is written as ${written} where it is to stay a text, and read back`, async (t) => {
    const csv = writeTable(['氏名', '受付番号'], [['0012', code]], LIST_CODES);
    const table = tableOf(csv);
    const [row] = table.rows;
    t.same(row?.cells, ['0012', written]);
    if (row === undefined) throw new TypeError('no row');
    t.equal(new Cells(row, columnsOf(table)).text('code'), code);
    t.match(writeTable(['受付番号'], [[code]]), `\r\n${code}\r\n`, 'elsewhere as it is');
  });
}

t.test('the apostrophe that an export adds is taken off by an import', async (t) => {
  const table = tableOf("氏名,大学,受付番号,電話番号,学部\n'=x,'普通,'MAR10,'090-1234-0001,'＝x\n");
  const [row] = table.rows;
  if (row === undefined) throw new TypeError('no row');
  const cells = new Cells(row, columnsOf(table));
  const fields = ['name', 'university', 'code', 'phone', 'faculty'] as const;
  t.same(
    fields.map((field) => cells.text(field)),
    ['=x', "'普通", 'MAR10', '090-1234-0001', '=x'],
  );
});

t.test('the list shows what was said, when, and by which call', async (t) => {
  const store = await openTestStore();
  t.teardown(async () => store.close());
  await truncateBriefings(store);
  await store.briefings.putBriefing(BRIEFING);
  await store.briefings.putSlot(slotAt(14), 0);
  const file =
    '氏名,フリガナ,電話番号,受付番号,日時\n甲 一,カ,090-1234-0001,1,11/24 14:00\n乙 二,キ,+1 202 456 1111,2,11/24 14:00';
  await imported(store, file);
  const [one, two] = (await store.briefings.listRoster('b-14', { after: null, limit: 9 })).items;
  if (one === undefined || two === undefined) throw new TypeError('nobody is registered');
  const late = {
    kind: 'late',
    reason: 'transport',
    expectedArrivalAt: slotAt(14).startsAt + 600_000,
  } as const;
  await store.briefings.changeAttendance({ ...changeOf(one.registration, late), source: CALLER, at: NOW });
  await store.briefings.changeAttendance({
    ...changeOf(two.registration, { kind: 'attend' }),
    source: TEAM,
    at: NOW,
  });
  await store.briefings.recordActual(
    [{ registrationId: one.registration.registrationId, actual: 'attended' }],
    TEAM,
    NOW,
  );

  const lists = await readLists(store.briefings, await store.briefings.listSlots('b', null));
  const rows = listRows(BRIEFING, lists).map((row) =>
    Object.fromEntries(LIST_HEADER.map((name, index) => [name, row[index]])),
  );
  t.match(rows, [
    {
      氏名: '甲 一',
      電話番号: '090-1234-0001',
      日程: `2026/11/24(火) 14:00-15:00 ${BRIEFING.place ?? ''}`,
      状況: '遅刻',
      理由: '交通事情',
      到着予定: '2026/11/24 14:10',
      変更日時: '2026/11/20 09:00',
      変更者: '通話 rtc_a',
      復唱ターン: 'item_7',
      同意ターン: 'item_8',
      当日: '出席済',
    },
    { 氏名: '乙 二', 電話番号: '+1 202 456 1111', 変更者: '採用担当 member-1', 復唱ターン: null, 当日: null },
  ]);
  t.same(compareSaid(lists), [
    { status: 'attending', people: 1, attended: 0, noShow: 0, unknown: 1 },
    { status: 'late', people: 1, attended: 1, noShow: 0, unknown: 0 },
  ]);
});
