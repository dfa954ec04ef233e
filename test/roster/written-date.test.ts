import t from 'tap';
import { readWrittenTime } from '../../src/roster/written-date.ts';

const TODAY = '2026-11-20';

function read(text: string): string {
  const time = readWrittenTime(text.normalize('NFKC'), TODAY);
  return 'problem' in time ? time.problem : `${time.day ?? ''} ${time.from ?? ''} ${time.to ?? ''}`.trim();
}

const FORMS: readonly (readonly [text: string, read: string])[] = [
  ['2026/11/24 14:00', '2026-11-24 840'],
  ['2026/11/24 14:00:00', '2026-11-24 840'],
  ['2026-11-24T14:00', '2026-11-24 840'],
  ['2026-11-24T05:00:00Z', '2026-11-24 840'],
  ['２０２６／１１／２４　１４：００', '2026-11-24 840'],
  ['2026年11月24日(火) 14時30分', '2026-11-24 870'],
  ['2026年11月24日（火・祝）14時半', '2026-11-24 870'],
  ['11月24日㈫ 14:00〜15:30', '2026-11-24 840 930'],
  ['11月24日火曜日 午後2時から午後3時半まで', '2026-11-24 840 930'],
  ['11/24 14:00～', '2026-11-24 840'],
  ['11/24 (Tue) 2:00 PM', '2026-11-24 840'],
  ['令和8年11月24日 正午', '2026-11-24 720'],
  ['R8.11.24 午前0時', '2026-11-24 0'],
  ['令和元年5月1日', '2019-05-01'],
  ['20261124 14:00', '2026-11-24 840'],
  ['1月8日 10:00', '2027-01-08 600'],
  ['11月1日 10:00', '2026-11-01 600'],
  ['14:00-15:30', '840 930'],
  ['午後12時', '720'],
];

for (const [text, expected] of FORMS) {
  t.test(`「${text}」 is read`, async (t) => {
    t.equal(read(text), expected);
  });
}

t.test('a weekday that is not the date’s is refused', async (t) => {
  t.equal(read('11月24日(水) 14:00'), '2026-11-24 is a 火曜日, not 「(水)」');
});

t.test('a day that the calendar does not have is refused', async (t) => {
  t.match(read('2026/2/30 14:00'), /the calendar has no/);
});

for (const text of ['未定', '11/24/2026 14:00', '25:00', '14:75', '11/24 14:00 ごろ', '46350.5', '来週']) {
  t.test(`「${text}」 is refused, not guessed`, async (t) => {
    t.match(read(text), /is not a date and time/);
  });
}
