import t from 'tap';
import { ATTENDANCE_LABELS } from '../../src/briefing/attendance-status.ts';
import type { Store } from '../../src/store/open.ts';
import { truncateBriefings } from '../store/briefing/fixtures.ts';
import { openTestStore } from '../store/fixtures.ts';
import { BRIEFING, imported, slotAt } from './fixtures.ts';

const store = await openTestStore();
t.teardown(async () => store.close());

const HEADER = '氏名,フリガナ,大学,電話番号,受付番号,日時';
const ROWS = [
  '山田 太郎,やまだ たろう,サンプル大学,０９０－１２３４－０００１,A-1,2026/11/24 14:00',
  '佐藤 花子,ｻﾄｳ ﾊﾅｺ,サンプル大学,9012340002,A-2,11月24日(火) 14:00',
];
const FILE = [HEADER, ...ROWS].join('\r\n');

async function planned(store: Store, capacity: number | null = null): Promise<void> {
  await truncateBriefings(store);
  await store.briefings.putBriefing(BRIEFING);
  await store.briefings.putSlot(slotAt(14, capacity), 0);
}

t.test('a roster is stored, folded and normalised', async (t) => {
  await planned(store);
  t.match(await imported(store, FILE), { applied: true, counts: { new: 2, refused: 0 }, refused: [] });
  const lines = (await store.briefings.listRoster('b-14', { after: null, limit: 9 })).items;
  t.match(
    lines.map(({ applicant }) => applicant),
    [
      { name: { fullKana: 'サトウ ハナコ', familyKana: 'サトウ' }, phones: ['+819012340002'] },
      {
        name: { family: '山田', given: '太郎', fullKana: 'ヤマダ タロウ' },
        phones: ['+819012340001'],
        reservationCode: 'A1',
      },
    ],
  );
});

t.test('the same file again changes nothing', async (t) => {
  await planned(store);
  await imported(store, FILE);
  const report = await imported(store, FILE);
  t.match(report, { applied: true, counts: { new: 0, changed: 0, unchanged: 2, refused: 0 } });
});

t.test('a dry run finds what would be done and stores nothing', async (t) => {
  await planned(store);
  const making = { minutes: 60, newId: () => 'made' };
  const file = `${FILE}\r\n鈴木 一,スズキ ハジメ,,090-1234-0003,A-3,2026/11/25 10:00`;
  const report = await imported(store, file, { apply: false, making });
  t.match(report, { applied: false, counts: { new: 3 }, created: [{ slotId: 'made' }] });
  t.same(
    (await store.briefings.listSlots('b', null)).map(({ slotId, taken }) => [slotId, taken]),
    [['b-14', 0]],
  );
  t.same((await store.briefings.listApplicants({ after: null, limit: 9 })).items, []);
});

t.test('one bad row keeps the whole file out, slots and briefing too', async (t) => {
  await truncateBriefings(store);
  const making = { minutes: 60, newId: () => 'made' };
  const file = `${FILE}\r\n鈴木 一,スズキ ハジメ,,090-1234,A-3,2026/11/25 10:00`;
  const report = await imported(store, file, { making, createBriefing: true });
  t.match(report, { applied: false, refused: [{ line: 4, reason: /phone: 「090-1234」/ }] });
  t.equal(await store.briefings.getBriefing('b'), null);
});

t.test('slots and briefing that are missing come with the roster', async (t) => {
  await truncateBriefings(store);
  let made = 0;
  const making = { minutes: 90, newId: () => `made-${(made += 1)}` };
  const file = [
    `${HEADER},定員,会場`,
    `${ROWS[0] ?? ''},3,本社`,
    `${ROWS[1] ?? ''},3,本社`,
    '鈴木 一,スズキ ハジメ,,090-1234-0003,A-3,11/25 10:00〜12:00,,オンライン',
  ].join('\n');
  t.match(await imported(store, file, { making, createBriefing: true }), { applied: true });
  t.match(await store.briefings.listSlots('b', null), [
    { mode: 'on_site', place: '本社', capacity: 3, taken: 2, startsAt: slotAt(14).startsAt },
    { mode: 'online', place: null, capacity: null, taken: 1 },
  ]);
  t.match(await imported(store, file, { making }), { counts: { unchanged: 3 }, created: [] });
});

t.test('a place and オンライン at one time are two slots, whichever row is first', async (t) => {
  await truncateBriefings(store);
  let made = 0;
  const making = { minutes: 60, newId: () => `made-${(made += 1)}` };
  const [hall, online] = [`${ROWS[0] ?? ''},本社ホール`, `${ROWS[1] ?? ''},Microsoft Teams`];
  const file = [`${HEADER},会場`, online, hall].join('\n');
  t.match(await imported(store, file, { making, createBriefing: true }), { created: { length: 2 } });
  const slots = await store.briefings.listSlots('b', null);
  t.same(
    new Set(slots.map(({ mode, place, taken }) => `${mode} ${String(place)} ${taken}`)),
    new Set(['online null 1', 'on_site 本社ホール 1']),
  );
  const again = [`${HEADER},会場`, hall, online].join('\n');
  t.match(await imported(store, again), { counts: { unchanged: 2 }, refused: [] });
});

t.test('a list that lost the zeros of its codes is about the same people', async (t) => {
  await planned(store);
  const file = FILE.replace('A-1', '0012').replace('A-2', '0013');
  await imported(store, file);
  const eaten = file.replace('0012', '12').replace('0013', '13');
  t.match(await imported(store, eaten), { counts: { new: 0, changed: 0, unchanged: 2 } });
  t.match(await store.briefings.findApplicantByReservationCode('0012'), { name: { full: '山田 太郎' } });
  t.match((await imported(store, file.replace('0012', '1.00E+05'))).refused, [
    { line: 2, reason: /code: 「1.00E\+05」: a spreadsheet has rounded it/ },
  ]);
});

t.test('each refusal names its line and reason', async (t) => {
  await planned(store, 1);
  const file = [
    `${HEADER},説明会`,
    `${ROWS[0] ?? ''},`,
    `${ROWS[1] ?? ''},`,
    ',カナ,,090-1234-0003,A-3,2026/11/24 14:00,',
    '鈴木 一,スズキ ハジメ,,090-1234,A-4,2026/11/24 14:00,',
    '"田中\n実",タナカ ミノル,,090-1234-0005,A-5,2026/11/24 15:00,',
    '伊藤 誠,イトウ マコト,,090-1234-0006,A-6,11月24日(水) 14:00,',
    '小林 愛,コバヤシ アイ,,9.01E+09,A-7,2026/11/24 14:00,',
    '加藤 亮,カトウ リョウ,,090-1234-0008,A-8,2026/11/24 14:00,別の説明会',
    '吉田 恵,ヨシダ メグミ',
    `${ROWS[0] ?? ''},`,
  ].join('\n');
  const { refused } = await imported(store, file);
  t.match(refused, [
    { line: 3, reason: /no seat left/ },
    { line: 4, reason: 'the name is missing' },
    { line: 5, reason: /phone: 「090-1234」/ },
    { line: 6, reason: /no slot on 2026\/11\/24\(火\) 15:00; --create-slots/ },
    { line: 8, reason: /2026-11-24 is a 火曜日/ },
    { line: 9, reason: /a spreadsheet has rounded it/ },
    { line: 10, reason: /「別の説明会」, not about 「会社説明会」/ },
    { line: 11, reason: /2 cells, the header 7/ },
    { line: 12, reason: /an earlier row is about the same person/ },
  ]);
});

t.test('every status on a list is taken for who is new', async (t) => {
  await planned(store);
  const labels = Object.values(ATTENDANCE_LABELS);
  const rows = labels.map(
    (label, index) => `人 ${index},,,090-1234-${1_000 + index},C${index},11/24 14:00,${label}`,
  );
  const report = await imported(store, [`${HEADER},状況`, ...rows].join('\n'));
  t.match(report, { applied: true, counts: { new: labels.length } });
});
