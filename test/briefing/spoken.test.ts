import fc from 'fast-check';
import t from 'tap';
import { addDays, tokyoTime, weekdayOf, WEEKDAYS } from '../../src/briefing/spoken-calendar.ts';
import { parseSpokenDate, type DateDoubt } from '../../src/briefing/spoken-date.ts';
import { parseSpokenCode, parseSpokenDigits } from '../../src/briefing/spoken-digits.ts';
import { speakCode, speakDate, speakPhoneDigits, speakTime } from '../../src/briefing/spoken-format.ts';
import { parseSpokenMinutes, parseSpokenTime } from '../../src/briefing/spoken-time.ts';

/** A Wednesday. */
const TODAY = '2026-11-18';

const DATES: readonly (readonly [text: string, date: string])[] = [
  ['11月24日', '2026-11-24'],
  ['11月24日でお願いします', '2026-11-24'],
  ['１１月２４日', '2026-11-24'],
  ['十一月二十四日', '2026-11-24'],
  ['11月24日の火曜日', '2026-11-24'],
  ['11月24日、火曜日', '2026-11-24'],
  ['11月24日(火)', '2026-11-24'],
  ['11 月 24 日', '2026-11-24'],
  ['11/24', '2026-11-24'],
  ['二十四日', '2026-11-24'],
  ['24日', '2026-11-24'],
  ['えっと、24日の説明会なんですけど', '2026-11-24'],
  ['にじゅうよっか', '2026-11-24'],
  ['11月はつか', '2026-11-20'],
  ['はつか', '2026-11-20'],
  ['12月よっか', '2026-12-04'],
  ['12月ようか', '2026-12-08'],
  ['12月いつか', '2026-12-05'],
  ['12月1日', '2026-12-01'],
  ['十二月一日', '2026-12-01'],
  ['1月10日', '2027-01-10'],
  ['2027年1月10日', '2027-01-10'],
  ['令和9年1月10日', '2027-01-10'],
  ['2028年2月29日', '2028-02-29'],
  ['今日', '2026-11-18'],
  ['本日の説明会', '2026-11-18'],
  ['明日', '2026-11-19'],
  ['あした行きます', '2026-11-19'],
  ['明後日', '2026-11-20'],
  ['あさって', '2026-11-20'],
  ['しあさって', '2026-11-21'],
  ['来週の月曜', '2026-11-23'],
  ['来週の火曜日', '2026-11-24'],
  ['再来週の金曜日', '2026-12-04'],
  ['今週の金曜', '2026-11-20'],
  ['今度の火曜', '2026-11-24'],
  ['次の月曜日', '2026-11-23'],
  ['24日じゃなくて25日', '2026-11-25'],
  ['24日ではなく、25日です', '2026-11-25'],
  ['来週の火曜、24日', '2026-11-24'],
  ['18日', '2026-11-18'],
];

for (const [text, date] of DATES) {
  t.test(`on ${TODAY}, ${text} is ${date}`, async (t) => {
    t.same(parseSpokenDate(text, TODAY), { kind: 'date', date });
  });
}

const DOUBTS: readonly (readonly [text: string, reason: DateDoubt, candidates: readonly string[]])[] = [
  ['11月24日の水曜日', 'weekday_mismatch', ['2026-11-24']],
  ['17日', 'past_or_next', ['2026-11-17', '2026-12-17']],
  ['11月10日', 'past_or_next', ['2026-11-10', '2027-11-10']],
  ['今度の金曜', 'which_week', ['2026-11-20', '2026-11-27']],
  ['火曜日', 'which_week', ['2026-11-24', '2026-12-01']],
  ['来週の日曜', 'which_week', ['2026-11-22', '2026-11-29']],
  ['来週', 'only_week', []],
  ['24日か25日', 'several', ['2026-11-24', '2026-11-25']],
];

for (const [text, reason, candidates] of DOUBTS) {
  t.test(`${text} is not guessed`, async (t) => {
    t.same(parseSpokenDate(text, TODAY), { kind: 'ambiguous', candidates, reason });
  });
}

t.test('next week is doubtful on a Sunday, when it has begun for some', async (t) => {
  t.same(parseSpokenDate('来週の月曜', '2026-11-22'), {
    kind: 'ambiguous',
    candidates: ['2026-11-23', '2026-11-30'],
    reason: 'which_week',
  });
});

t.test('a day that no calendar has is impossible', async (t) => {
  for (const text of ['2月30日', '11月31日', '13月1日', '2027年2月29日', '45日']) {
    t.same(parseSpokenDate(text, TODAY), { kind: 'impossible' }, text);
  }
});

t.test('words that only look like days are none', async (t) => {
  for (const text of [
    '',
    'いつか行きます',
    'なのかな',
    '3日間',
    '二日目です',
    '先日',
    '一応',
    '日本大学です',
    '090-1234-5678',
  ]) {
    t.same(parseSpokenDate(text, TODAY), { kind: 'none' }, text);
  }
});

t.test('whatever date is spoken is understood again', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.constantFrom('plain', 'hinted'), (ahead, style) => {
      const date = addDays(TODAY, ahead);
      const read = parseSpokenDate(speakDate(date, style).replace(/（.*）/u, ''), TODAY);
      return read.kind === 'date' && read.date === date;
    }),
    { numRuns: 300 },
  );
});

t.test('a weekday that is not the day of the date never gives a date', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 6 }), (ahead, off) => {
      const date = addDays(TODAY, ahead);
      const wrong = WEEKDAYS[(weekdayOf(date) + off) % 7] ?? '';
      return parseSpokenDate(speakDate(date).replace(/.曜日$/u, `${wrong}曜日`), TODAY).kind === 'ambiguous';
    }),
    { numRuns: 200 },
  );
});

const TIMES: readonly (readonly [text: string, time: string])[] = [
  ['午後2時', '14:00'],
  ['午後二時半', '14:30'],
  ['ごご2時', '14:00'],
  ['午前10時30分', '10:30'],
  ['十時三十分に着きます、午前', '10:30'],
  ['14時', '14:00'],
  ['14時15分ごろ', '14:15'],
  ['14:15', '14:15'],
  ['正午', '12:00'],
  ['12時', '12:00'],
  ['夕方5時', '17:00'],
  ['朝9時', '09:00'],
  ['午後0時', '12:00'],
  ['2時', '14:00'],
  ['2時じゃなくて3時', '15:00'],
  ['１４時', '14:00'],
];

for (const [text, time] of TIMES) {
  t.test(`by day, ${text} is ${time}`, async (t) => {
    t.same(parseSpokenTime(text, { from: '08:00', to: '19:59' }), { kind: 'time', time });
  });
}

t.test('an hour with two readings is ambiguous', async (t) => {
  t.same(parseSpokenTime('2時'), { kind: 'ambiguous', candidates: ['02:00', '14:00'] });
  t.same(parseSpokenTime('2時か3時', { from: '09:00', to: '18:00' }), {
    kind: 'ambiguous',
    candidates: ['14:00', '15:00'],
  });
  t.same(parseSpokenTime('25時'), { kind: 'impossible' });
  t.same(parseSpokenTime('10時70分'), { kind: 'impossible' });
  t.same(parseSpokenTime('一時間遅れます'), { kind: 'none' });
});

t.test('durations are told from times of day', async (t) => {
  t.equal(parseSpokenMinutes('15分ほど遅れます'), 15);
  t.equal(parseSpokenMinutes('三十分'), 30);
  t.equal(parseSpokenMinutes('1時間半'), 90);
  t.equal(parseSpokenMinutes('１時間１０分'), 70);
  t.equal(parseSpokenMinutes('10時15分に着きます'), null);
  t.equal(parseSpokenMinutes('10分か20分'), null);
  t.equal(parseSpokenMinutes('少し'), null);
});

t.test('dates are said with their weekday, and with a reading where they are misheard', async (t) => {
  t.equal(speakDate('2026-11-24'), '11月24日火曜日');
  t.equal(speakDate('2026-11-24', 'hinted'), '11月24日（にじゅうよっか）火曜日');
  t.equal(speakDate('2026-12-04', 'hinted'), '12月4日（よっか）金曜日');
  t.equal(speakDate('2026-12-08', 'hinted'), '12月8日（ようか）火曜日');
  t.equal(speakDate('2026-12-14', 'hinted'), '12月14日（じゅうよっか）月曜日');
  t.equal(speakDate('2026-12-20', 'hinted'), '12月20日（はつか）日曜日');
  t.equal(speakDate('2026-12-23', 'hinted'), '12月23日水曜日');
});

t.test('times are said in halves of the day', async (t) => {
  t.equal(speakTime(14, 0), '午後2時');
  t.equal(speakTime(10, 30), '午前10時30分');
  t.equal(speakTime(12, 0), '正午');
  t.equal(speakTime(12, 15), '午後0時15分');
  t.equal(speakTime(0, 0), '午前0時');
});

t.test('Tokyo is nine hours ahead, in summer and in winter', async (t) => {
  t.same(tokyoTime(Date.UTC(2026, 10, 24, 15, 30)), { day: '2026-11-25', hour: 0, minute: 30 });
  t.same(tokyoTime(Date.UTC(2026, 6, 1, 0, 0)), { day: '2026-07-01', hour: 9, minute: 0 });
});

t.test('numbers are said digit by digit', async (t) => {
  t.equal(speakPhoneDigits('+819012345678'), 'ゼロきゅうゼロ、いちにさんよん、ごろくななはち');
  t.equal(speakPhoneDigits('03-1234-5678'), 'ゼロさんいち、にさんよん、ごろくななはち');
  t.equal(speakCode('4719ab'), 'よんなないち、きゅうAB');
});

const DIGITS: readonly (readonly [text: string, digits: string])[] = [
  ['4719', '4719'],
  ['４７１９', '4719'],
  ['四七一九', '4719'],
  ['よんななイチきゅう', '4719'],
  ['よん、なな、いち、きゅー', '4719'],
  ['ゼロ まる 〇 零 れい', '00000'],
  ['に いち', '21'],
  ['にいち', '21'],
  ['ご・ろく・しち・はち・く', '56789'],
  ['090の1234の5678', '09012345678'],
  ['えっと、4719です', '4719'],
  ['ぜろきゅうぜろ、いちにさんよん、ごろくななはち', '09012345678'],
];

for (const [text, digits] of DIGITS) {
  t.test(`${text} is ${digits}`, async (t) => {
    t.equal(parseSpokenDigits(text), digits);
  });
}

t.test('anything that is not all digits is none', async (t) => {
  for (const text of ['', 'です', 'はい', '4719番だと思う', '十二', 'A12', 'わかりません']) {
    t.equal(parseSpokenDigits(text), null, text);
  }
});

t.test('codes may hold letters, and what sounds alike is the same', async (t) => {
  t.equal(parseSpokenCode('ab-12'), 'AB12');
  t.equal(parseSpokenCode('エービー、いち、に'), 'AB12');
  t.equal(parseSpokenCode('シー、よん'), 'C4');
  t.equal(parseSpokenCode('O1'), parseSpokenCode('0I'));
});

t.test('spoken digits come back as they were', async () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{1,11}$/u),
      (digits) => parseSpokenDigits(speakPhoneDigits(`x${digits}`)) === digits,
    ),
    { numRuns: 200 },
  );
});
