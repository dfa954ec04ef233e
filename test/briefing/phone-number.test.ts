import fc from 'fast-check';
import t from 'tap';
import { maskPhoneNumber, normalisePhoneNumber, phoneKind } from '../../src/briefing/phone-number.ts';

const MOBILE = '+819012345678';

const READ: readonly (readonly [text: string, e164: string])[] = [
  ['09012345678', MOBILE],
  ['090-1234-5678', MOBILE],
  ['090 1234 5678', MOBILE],
  ['090　1234　5678', MOBILE],
  ['(090)1234-5678', MOBILE],
  ['（090）1234－5678', MOBILE],
  ['090.1234.5678', MOBILE],
  ['090/1234/5678', MOBILE],
  ['090‐1234‐5678', MOBILE],
  ['090‑1234‑5678', MOBILE],
  ['090–1234–5678', MOBILE],
  ['090—1234—5678', MOBILE],
  ['090―1234―5678', MOBILE],
  ['090−1234−5678', MOBILE],
  ['090ー1234ー5678', MOBILE],
  ['090ｰ1234ｰ5678', MOBILE],
  ['090〜1234〜5678', MOBILE],
  ['090・1234・5678', MOBILE],
  ['090の1234の5678', MOBILE],
  ['０９０１２３４５６７８', MOBILE],
  ['０９０－１２３４－５６７８', MOBILE],
  ['〇九〇一二三四五六七八', MOBILE],
  ['〇九〇の一二三四の五六七八', MOBILE],
  ['零九零-一二三四-五六七八', MOBILE],
  ['○90-1234-5678', MOBILE],
  ['  090-1234-5678\n', MOBILE],
  ['18409012345678', MOBILE],
  ['184-090-1234-5678', MOBILE],
  ['186 090 1234 5678', MOBILE],
  ['１８６-０９０-１２３４-５６７８', MOBILE],
  ['186+819012345678', MOBILE],
  ['+819012345678', MOBILE],
  ['+81 90-1234-5678', MOBILE],
  ['+81(0)90-1234-5678', MOBILE],
  ['＋８１９０１２３４５６７８', MOBILE],
  ['819012345678', MOBILE],
  ['010819012345678', MOBILE],
  ['070-1234-5678', '+817012345678'],
  ['080-1234-5678', '+818012345678'],
  ['060-1234-5678', '+816012345678'],
  ['050-1234-5678', '+815012345678'],
  ['03-1234-5678', '+81312345678'],
  ['06-6123-4567', '+81661234567'],
  ['045-123-4567', '+81451234567'],
  ['0184-55-1234', '+81184551234'],
  ['0120-123-456', '+81120123456'],
  ['0800-123-4567', '+818001234567'],
  ['+1 415 555 2671', '+14155552671'],
  ['+44 20 7946 0000', '+442079460000'],
  ['+82 10-1234-5678', '+821012345678'],
];

for (const [text, e164] of READ) {
  t.test(`${JSON.stringify(text)} is ${e164}`, async (t) => {
    t.equal(normalisePhoneNumber(text), e164);
  });
}

for (const text of [
  '',
  ' ',
  'anonymous',
  '非通知',
  '110',
  '119',
  '184',
  '184184',
  '1840901234567',
  '080-1234-567',
  '080-1234-56789',
  '090-1234-567x',
  '090-1234-5678(携帯)',
  '電話 090-1234-5678',
  '090-1234-5678 090-8765-4321',
  '090-1234-5678 内線12',
  '+',
  '++819012345678',
  '090+12345678',
  '+8112345',
  '1234567890',
  '+266696687',
  '十二三四五六七八九〇',
  '9'.repeat(65),
  '-'.repeat(60) + '09012345678',
]) {
  t.test(`${JSON.stringify(text.slice(0, 40))} is no number`, async (t) => {
    t.equal(normalisePhoneNumber(text), null);
  });
}

t.test('a number of another country is read with that country as default', async (t) => {
  t.equal(normalisePhoneNumber('(415) 555-2671', 'US'), '+14155552671');
  t.equal(normalisePhoneNumber('(415) 555-2671'), null);
});

for (const [e164, kind] of [
  ['+819012345678', 'mobile'],
  ['+816012345678', 'mobile'],
  ['+81312345678', 'fixed'],
  ['+815012345678', 'voip'],
  ['+81120123456', 'toll_free'],
  ['+818001234567', 'toll_free'],
  ['+81570012345', 'other'],
  ['+812012345678', 'other'],
  ['+14155552671', 'other'],
  ['+8112', 'other'],
  ['09012345678', 'other'],
  ['', 'other'],
] as const) {
  t.test(`${JSON.stringify(e164)} is of kind ${kind}`, async (t) => {
    t.equal(phoneKind(e164), kind);
  });
}

t.test('a masked number shows its country and two digits', async (t) => {
  t.equal(maskPhoneNumber(MOBILE), '+81••••••••78');
  t.equal(maskPhoneNumber('+14155552671'), '+1••••••••71');
});

t.test('what is no number in E.164 is masked whole', async (t) => {
  for (const text of ['', '09012345678', 'Yamada', '+81 90 1234 5678', '+', '+999'])
    t.equal(maskPhoneNumber(text), '•••', text);
});

t.test('any text is a number in E.164 or null, and never throws', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789+-ー〇一九の() １８４６')) }),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const e164 = normalisePhoneNumber(candidate);
      return e164 === null || (/^\+[1-9]\d{4,14}$/.test(e164) && normalisePhoneNumber(e164) === e164);
    }),
    { numRuns: 3_000 },
  );
});

t.test('no mask gives more than two digits of the number away', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 10_000_000, max: 99_999_999 }), (tail) => {
      const masked = maskPhoneNumber(`+8190${tail}`);
      return /^\+81•{8}\d\d$/.test(masked) && masked.endsWith(String(tail).slice(-2));
    }),
    { numRuns: 200 },
  );
});
