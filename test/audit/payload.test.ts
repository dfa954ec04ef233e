import fc from 'fast-check';
import t from 'tap';
import { plainPayload } from '../../src/store/audit/text.ts';

/** National significant numbers: mobile, IP, Tokyo, elsewhere, toll-free. */
const national = fc.oneof(
  ...['90', '80', '70', '50', '3', '6', '45', '120'].map((prefix) =>
    fc
      .stringMatching(new RegExp(`^\\d{${(/^[987]|50/.test(prefix) ? 10 : 9) - prefix.length}}$`))
      .map((rest) => prefix + rest),
  ),
);

/** The ways in which people and programs write a number. */
const WRITTEN: readonly ((digits: string) => string)[] = [
  (digits) => `+81${digits}`,
  (digits) => `0${digits}`,
  (digits) => `81${digits}`,
  (digits) => `0${digits.slice(0, 2)}-${digits.slice(2, 6)}-${digits.slice(6)}`,
  (digits) => `(0${digits.slice(0, 2)})${digits.slice(2, 6)}-${digits.slice(6)}`,
  (digits) => `0${digits.slice(0, 2)}.${digits.slice(2, 6)}.${digits.slice(6)}`,
  (digits) => `0${digits.slice(0, 2)} ${digits.slice(2, 6)} ${digits.slice(6)}`,
  (digits) => `tel:+81${digits}`,
  (digits) => `sip:+81${digits}@pstn.example`,
  (digits) => `<sip:0${digits}@pstn.example;user=phone>`,
  (digits) => `callback=+81-${digits.slice(0, 2)}-${digits.slice(2)},x`,
  (digits) => Array.from(`0${digits}`, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
];

t.test('a telephone number gets into no payload, however it is written', async (t) => {
  fc.assert(
    fc.property(national, fc.constantFrom(...WRITTEN), (digits, write) => {
      const text = write(digits);
      const { value } = plainPayload({ value: text });
      return typeof value === 'string' && /^sha256:[0-9a-f]{32}$/.test(value);
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

t.test('nor as a number, with or without the code of a country', async (t) => {
  fc.assert(
    fc.property(national, fc.constantFrom('', '81', '1', '44', '86', '49'), (digits, country) => {
      const { value } = plainPayload({ value: Number(country + digits) });
      return typeof value === 'string';
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

t.test('ids, codes, counts and instants stay as they are', async (t) => {
  const payload = {
    applicant: '123e4567-e89b-12d3-a456-426614174000',
    digits: '12345678-1234-1234-1234-123456789012',
    call: 'rtc_u0_9WkW8dYyZ1q2',
    turn: 'keys_1_12',
    token: '01234567',
    day: '2026-11-25',
    code: 'too_many_calls',
    at: Date.parse('2026-11-25T14:00:00+09:00'),
    rows: 10_000,
    withheld: false,
    nothing: null,
  };
  t.same(plainPayload(payload), payload);
});
