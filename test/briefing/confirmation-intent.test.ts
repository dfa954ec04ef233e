import fc from 'fast-check';
import t from 'tap';
import { attendanceIntent, type AttendanceIntent } from '../../src/briefing/confirmation-intent.ts';

const PLAIN: readonly (readonly [
  kind: Exclude<AttendanceIntent['kind'], 'late'>,
  texts: readonly string[],
])[] = [
  [
    'attend',
    [
      '出席します',
      '出席でお願いします',
      '24日の説明会に参加します',
      '予定通り行きます',
      '明日伺います',
      '１１月２４日、行けます',
    ],
  ],
  [
    'absent',
    [
      '欠席します',
      '欠席でお願いします',
      '行けなくなりました',
      '体調が悪くて行けません',
      '24日の説明会なんですけど、行けなくなってしまって',
      '参加できなくなりました',
      'キャンセルしたいです',
      '辞退します',
      'キャンセルできますか、キャンセルしたいです',
      '不参加でお願いします',
    ],
  ],
  [
    'change',
    [
      '日程を変更したいです',
      '変更できますか',
      '別の日に変えたいんですけど',
      '行けないので別の日にしたいです',
      'ほかの日に振り替えたいです',
      '25日に変更してください',
    ],
  ],
  ['online', ['オンラインで参加します', 'オンラインに切り替えたいです', 'リモートで']],
  ['waitlist', ['キャンセル待ちでお願いします']],
  [
    'undecided',
    [
      'たぶん行けます',
      '行けたら行きます',
      '行けないかもしれません',
      'まだ決まっていません',
      '行けなくはないです',
      '未定です',
    ],
  ],
  [
    'question',
    [
      '駐車場はありますか',
      '持ち物は何ですか',
      '場所はどこですか？',
      '服装を教えてください',
      '行けますか',
      '何時からでしょうか',
    ],
  ],
  ['person', ['担当者に代わってください', '人と話したいです', '担当の方につないでください']],
  ['none', ['もしもし', 'はい', '', '佐藤花子と申します', 'ご視聴ありがとうございました', '早稲田大学です']],
];

for (const [kind, texts] of PLAIN) {
  for (const text of texts) {
    t.test(`「${text}」 is ${kind}`, async (t) => {
      t.same(attendanceIntent(text), { kind });
    });
  }
}

t.test('lateness comes with its minutes or its time', async (t) => {
  t.same(attendanceIntent('15分ほど遅れます'), { kind: 'late', minutes: 15, times: [] });
  t.same(attendanceIntent('電車が止まって三十分遅刻します'), { kind: 'late', minutes: 30, times: [] });
  t.same(attendanceIntent('遅れて行きます、午後2時半ごろ着きます'), {
    kind: 'late',
    minutes: null,
    times: ['14:30'],
  });
  t.same(attendanceIntent('2時半ごろに遅れて参加します'), {
    kind: 'late',
    minutes: null,
    times: ['02:30', '14:30'],
  });
  t.same(attendanceIntent('遅れます'), { kind: 'late', minutes: null, times: [] });
  t.same(attendanceIntent('遅れそうです、10分か20分'), { kind: 'late', minutes: null, times: [] });
});

t.test('any text at all has an intent', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      (text) => attendanceIntent(text).kind !== undefined,
    ),
    { numRuns: 300 },
  );
});
