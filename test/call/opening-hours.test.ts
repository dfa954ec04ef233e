import fc from 'fast-check';
import t from 'tap';
import { isOpen, parseOpeningHours } from '../../src/call/opening-hours.ts';

/** An instant in Tokyo; 2026-11-23 is a Monday. */
const at = (day: number, time: string): number => Date.parse(`2026-11-${day}T${time}+09:00`);

const MON = 23;
const FRI = 27;
const SAT = 28;
const SUN = 29;

for (const [hours, day, time, open] of [
  ['Mon-Fri 08:00-20:00', MON, '07:59:59.999', false],
  ['Mon-Fri 08:00-20:00', MON, '08:00:00', true],
  ['Mon-Fri 08:00-20:00', FRI, '19:59:59.999', true],
  ['Mon-Fri 08:00-20:00', FRI, '20:00:00', false],
  ['Mon-Fri 08:00-20:00', SAT, '12:00:00', false],
  ['Mon-Fri 08:00-20:00', SUN, '12:00:00', false],
  ['Mon-Fri 08:00-20:00, Sat 09:00-13:00', SAT, '09:00:00', true],
  ['Mon-Fri 08:00-20:00, Sat 09:00-13:00', SAT, '13:00:00', false],
  ['Mon 09:00-12:00, Mon 13:00-17:00', MON, '11:59:59', true],
  ['Mon 09:00-12:00, Mon 13:00-17:00', MON, '12:30:00', false],
  ['Mon 09:00-12:00, Mon 13:00-17:00', MON, '13:00:00', true],
  ['Fri-Mon 10:00-11:00', SUN, '10:30:00', true],
  ['Fri-Mon 10:00-11:00', 24, '10:30:00', false],
  ['Mon-Sun 00:00-24:00', MON, '00:00:00', true],
  ['Mon-Sun 00:00-24:00', SUN, '23:59:59', true],
  ['Mon 20:00-24:00', MON, '23:59:59', true],
  ['Mon 20:00-24:00', 24, '00:00:00', false],
  ['Fri 22:00-02:00', FRI, '21:59:59', false],
  ['Fri 22:00-02:00', FRI, '23:00:00', true],
  ['Fri 22:00-02:00', SAT, '01:59:59', true],
  ['Fri 22:00-02:00', SAT, '02:00:00', false],
  ['Sun 22:00-02:00', MON, '01:59:59', true],
  ['Sun 22:00-02:00', MON, '02:00:00', false],
  ['Sun 22:00-00:00', SUN, '23:59:59', true],
  ['Sun 22:00-00:00', MON, '00:00:00', false],
  ['  MON - fri  8:00 - 20:00  ', MON, '08:00:00', true],
] as const) {
  t.test(`${hours} on the ${day}th at ${time}: ${open ? 'open' : 'closed'}`, async (t) => {
    t.equal(isOpen(parseOpeningHours(hours), at(day, time)), open);
  });
}

t.test('no hours are all hours', async (t) => {
  t.equal(parseOpeningHours(' '), null);
  t.equal(isOpen(null, at(SUN, '03:00:00')), true);
});

for (const hours of [
  'always',
  'Mon',
  'Mon 08:00',
  '08:00-20:00',
  'Mon-Fri 08:00-20:00,',
  'Mon-Fri 08:00-20:00; Sat 09:00-13:00',
  'Mo-Fr 08:00-20:00',
  'Monday 08:00-20:00',
  'Mon 8-20',
  'Mon 08:60-20:00',
  'Mon 08:00-24:01',
  'Mon 25:00-26:00',
  'Mon 24:00-02:00',
  'Mon 08:00-08:00',
  'Mon 08:00-20:00 JST',
  '月-金 08:00-20:00',
]) {
  t.test(`${hours} is refused`, async (t) => {
    t.throws(() => parseOpeningHours(hours), { code: 'DW_CONFIG', message: /^OPENING_HOURS: entry \d/ });
  });
}

t.test('agrees with the calendar of the platform at any minute of any year', async () => {
  const tokyo = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Tokyo',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 42 }), fc.integer({ min: 0, max: 1_439 }), (now, minute) => {
      const parts = Object.fromEntries(tokyo.formatToParts(now).map(({ type, value }) => [type, value]));
      const clock = (total: number): string =>
        `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
      const hours = parseOpeningHours(`${parts['weekday']} ${clock(minute)}-${clock(minute + 1)}`);
      return isOpen(hours, now) === (clock(minute) === `${parts['hour']}:${parts['minute']}`);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 42 }), (now) => {
      const parts = Object.fromEntries(tokyo.formatToParts(now).map(({ type, value }) => [type, value]));
      const time = `${parts['hour']}:${parts['minute']}`;
      return isOpen(parseOpeningHours(`${parts['weekday']} ${time}-24:00`), now);
    }),
    { numRuns: 2_000 },
  );
});
