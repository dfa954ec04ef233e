import fc from 'fast-check';
import t from 'tap';
import {
  MAX_READ_BACK,
  readBack,
  saysReadBack,
  type ProposedChange,
} from '../../src/briefing/confirmation-read-back.ts';
import { speakSlot, type SpokenSlot } from '../../src/briefing/spoken-format.ts';

const SLOT: SpokenSlot = { startsAt: Date.UTC(2026, 10, 24, 5, 0), place: '渋谷会場', online: false };
const OTHER: SpokenSlot = { startsAt: Date.UTC(2026, 10, 26, 1, 0), place: null, online: true };

t.test('a slot is said with weekday, time and place', async (t) => {
  t.equal(speakSlot(SLOT), '11月24日火曜日、午後2時から、渋谷会場');
  t.equal(speakSlot(OTHER), '11月26日木曜日、午前10時から、オンライン');
});

t.test('each change has its sentence', async (t) => {
  t.equal(
    readBack({ kind: 'attend', slot: SLOT }),
    '11月24日火曜日、午後2時から、渋谷会場での説明会に、ご出席ということで、よろしいでしょうか。',
  );
  t.equal(
    readBack({ kind: 'absent', slot: OTHER }),
    '11月26日木曜日、午前10時から、オンラインでの説明会は、ご欠席ということで、よろしいでしょうか。',
  );
  t.equal(
    readBack({ kind: 'late', slot: SLOT, arrivesAt: SLOT.startsAt + 15 * 60_000 }),
    '11月24日火曜日、午後2時から、渋谷会場での説明会に、遅れて午後2時15分ごろのご到着ということで、よろしいでしょうか。',
  );
  t.equal(
    readBack({ kind: 'move', from: SLOT, to: OTHER }),
    '11月24日火曜日、午後2時からのご予約を、11月26日木曜日、午前10時から、オンラインでの説明会に変更ということで、よろしいでしょうか。',
  );
  t.equal(
    readBack({ kind: 'online', slot: SLOT }),
    '11月24日火曜日、午後2時からの説明会に、会場ではなくオンラインでのご参加ということで、よろしいでしょうか。',
  );
});

const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
const slot = fc.record({
  startsAt: instant,
  place: fc.option(fc.string({ unit: 'grapheme', maxLength: 80 })),
  online: fc.boolean(),
});
const change: fc.Arbitrary<ProposedChange> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('attend' as const, 'absent' as const, 'withdraw' as const, 'online' as const),
    slot,
  }),
  fc.record({
    kind: fc.constant('waitlist' as const),
    slot,
    givesUp: fc.constantFrom('seat' as const, 'online' as const, null),
  }),
  fc.record({ kind: fc.constant('late' as const), slot, arrivesAt: instant }),
  fc.record({ kind: fc.constant('move' as const), from: slot, to: slot }),
  fc.record({ kind: fc.constant('undecided' as const), slot, decidesAt: fc.option(instant) }),
);

t.test('every read-back is short, names a weekday and ends with its question', async () => {
  fc.assert(
    fc.property(change, (proposed) => {
      const sentence = readBack(proposed);
      return (
        Array.from(sentence).length <= MAX_READ_BACK &&
        /[日月火水木金土]曜日/u.test(sentence) &&
        sentence.endsWith('よろしいでしょうか。')
      );
    }),
    { numRuns: 300 },
  );
});

t.test('a read-back is found in what was said, however it was written', async (t) => {
  const sentence = readBack({ kind: 'attend', slot: SLOT });
  t.ok(saysReadBack(`確認いたします。${sentence}`, sentence));
  t.ok(saysReadBack(sentence.replaceAll('、', ' ').replace('24', '２４'), sentence));
  t.ok(saysReadBack(sentence.replace('11月24日', '十一月二十四日'), sentence));
  t.ok(saysReadBack(sentence.replace('24日', '24日（にじゅうよっか）'), sentence));
});

t.test('a read-back that was cut off or changed is not found', async (t) => {
  const sentence = readBack({ kind: 'attend', slot: SLOT });
  t.notOk(saysReadBack(sentence.slice(0, -6), sentence));
  t.notOk(saysReadBack(sentence.replace('24', '25'), sentence));
  t.notOk(saysReadBack(sentence.replace('午後', '午前'), sentence));
  t.notOk(saysReadBack(sentence.replace('ご出席', 'ご欠席'), sentence));
  t.notOk(saysReadBack('', sentence));
});
