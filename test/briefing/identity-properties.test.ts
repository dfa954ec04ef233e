import fc from 'fast-check';
import t from 'tap';
import { sameKeyedCode } from '../../src/briefing/identity-code.ts';
import { identify, STRICT_POLICY, WITHOUT_CODES_POLICY } from '../../src/briefing/identity.ts';
import type { IdentityCandidate, IdentityClaim } from '../../src/briefing/identity-proofs.ts';

const LINE = '+819000000001';
const PERSON: IdentityCandidate = {
  applicantId: 'hanako',
  kanaNames: ['サトウ ハナコ'],
  university: '早稲田大学',
  phones: [LINE],
  reservationCode: '471902',
  slotDates: ['2026-11-24'],
};

const NAMES = ['サトウ ハナコ', 'サトー ハナコ', 'サカタ リエ', 'サカダ リエ', 'タナカ ケンジ'];
const PLACES = ['早稲田大学', '東京大学', '日本大学'];
const CODES_ON_FILE = ['471902', '471903', 'AB12', '8055'];
const DAYS = ['2026-11-24', '2026-11-26'];
const LINES = [LINE, '+819000000002'];

const candidate: fc.Arbitrary<Omit<IdentityCandidate, 'applicantId'>> = fc.record({
  kanaNames: fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }),
  university: fc.option(fc.constantFrom(...PLACES)),
  phones: fc.array(fc.constantFrom(...LINES), { maxLength: 2 }),
  reservationCode: fc.option(fc.constantFrom(...CODES_ON_FILE)),
  slotDates: fc.array(fc.constantFrom(...DAYS), { maxLength: 2 }),
});
const roster = fc
  .array(candidate, { maxLength: 6 })
  .map((people) => people.map((person, index) => ({ ...person, applicantId: `a${index}` })));
const claim: fc.Arbitrary<IdentityClaim> = fc.record(
  {
    kanaName: fc.constantFrom(...NAMES, 'サトウ', 'タナカケンジ', 'モリ'),
    university: fc.constantFrom(...PLACES, '東大', '東北大学'),
    reservationCode: fc.constantFrom(...CODES_ON_FILE, '000000'),
    slotDate: fc.constantFrom(...DAYS),
    callerNumber: fc.constantFrom(...LINES),
    keyedCode: fc.constantFrom(...CODES_ON_FILE.map((code) => code.replaceAll(/\D/gu, '')), '0000'),
  },
  { requiredKeys: [] },
);
const policy = fc.constantFrom(STRICT_POLICY, WITHOUT_CODES_POLICY);
const RUNS = { numRuns: 2_000 };

t.test('the order of the candidates does not matter', async (t) => {
  fc.assert(
    fc.property(claim, roster, policy, fc.infiniteStream(fc.nat()), (said, people, rules, keys) => {
      const shuffled = people
        .map((person) => ({ person, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ person }) => person);
      t.same(identify(said, shuffled, rules), identify(said, people, rules));
    }),
    { numRuns: 500 },
  );
});

t.test(
  'nobody is verified against a code that is not theirs, nor without all proofs of one way',
  async () => {
    fc.assert(
      fc.property(claim, roster, policy, (said, people, rules) => {
        const result = identify(said, people, rules);
        if (result.kind !== 'verified') return true;
        const person = people.find(({ applicantId }) => applicantId === result.applicantId);
        const code = said.reservationCode === undefined || person?.reservationCode === said.reservationCode;
        const keyed =
          said.keyedCode === undefined || sameKeyedCode(said.keyedCode, person?.reservationCode ?? null);
        const ways = [...rules[result.level], ...(said.keyedCode === undefined ? [] : (rules.keyed ?? []))];
        return code && keyed && ways.some((way) => way.every((proof) => result.proofs.includes(proof)));
      }),
      RUNS,
    );
  },
);

t.test('one more candidate can only be verified by themselves, never make another one verified', async () => {
  fc.assert(
    fc.property(claim, roster, candidate, policy, (said, people, added, rules) => {
      const newcomer = { ...added, applicantId: 'newcomer' };
      const before = identify(said, people, rules);
      const after = identify(said, [...people, newcomer], rules);
      if (after.kind !== 'verified') return true;
      if (after.applicantId !== 'newcomer') {
        return (
          before.kind === 'verified' &&
          before.applicantId === after.applicantId &&
          before.level === after.level
        );
      }
      const alone = identify(said, [newcomer], rules);
      return alone.kind === 'verified' && alone.level === after.level;
    }),
    RUNS,
  );
});

t.test('nothing of the roster stands in an answer to somebody who is not verified', async () => {
  fc.assert(
    fc.property(claim, roster, policy, (said, people, rules) => {
      const result = identify(said, people, rules);
      return (
        result.kind === 'verified' || Object.keys(result).every((key) => key === 'kind' || key === 'question')
      );
    }),
    { numRuns: 500 },
  );
});

t.test('a question is never about what was answered already', async () => {
  fc.assert(
    fc.property(claim, roster, policy, (said, people, rules) => {
      const result = identify(said, people, rules);
      if (result.kind !== 'ask') return true;
      const answered = {
        full_name: undefined,
        university: said.university,
        slot_date: said.slotDate,
        reservation_code: said.reservationCode,
      };
      return answered[result.question] === undefined;
    }),
    RUNS,
  );
});

t.test('a whole name without proof is answered alike, whether one person bears it or nobody', async (t) => {
  const whole = claim.filter(({ kanaName }) => kanaName === undefined || kanaName.includes(' '));
  fc.assert(
    fc.property(whole, candidate, policy, (said, person, rules) => {
      const result = identify(said, [{ ...person, applicantId: 'one' }], rules);
      if (result.kind !== 'verified') t.same(result, identify(said, [], rules));
    }),
    { numRuns: 1_000 },
  );
});

t.test('any text at all can be claimed', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(
      fc.record({ kanaName: text, university: text, reservationCode: text, slotDate: text }),
      (said) => {
        return identify(said, [PERSON]).kind !== 'verified';
      },
    ),
    { numRuns: 300 },
  );
});
