import fc from 'fast-check';
import t from 'tap';
import {
  identify,
  STRICT_POLICY,
  WITHOUT_CODES_POLICY,
  type Identity,
  type IdentityPolicy,
} from '../../src/briefing/identity.ts';
import { sameReservationCode } from '../../src/briefing/identity-code.ts';
import type { IdentityCandidate, IdentityClaim } from '../../src/briefing/identity-proofs.ts';
import { sameUniversity } from '../../src/briefing/identity-university.ts';

const LINE = '+819000000001';

const hanako: IdentityCandidate = {
  applicantId: 'hanako',
  kanaNames: ['サトウ ハナコ'],
  university: '早稲田大学',
  phones: [LINE],
  reservationCode: '471902',
  slotDates: ['2026-11-24'],
};
const kenji: IdentityCandidate = {
  applicantId: 'kenji',
  kanaNames: ['タナカ ケンジ'],
  university: '東京大学',
  phones: ['+819000000002'],
  reservationCode: 'AB12C4',
  slotDates: ['2026-11-24'],
};
/** Bears the name of another and differs in the rest. */
const kenjiToo: IdentityCandidate = {
  applicantId: 'kenji-too',
  kanaNames: ['タナカ ケンジ'],
  university: '慶應義塾大学',
  phones: [],
  reservationCode: '805533',
  slotDates: ['2026-11-24'],
};
const ROSTER = [hanako, kenji, kenjiToo];

function kindOf(claim: IdentityClaim, roster = ROSTER, policy?: IdentityPolicy): Identity {
  return identify(claim, roster, policy);
}

t.test('name and university are enough to read', async (t) => {
  t.same(kindOf({ kanaName: 'さとうはなこ', university: '早稲田' }), {
    kind: 'verified',
    applicantId: 'hanako',
    level: 'read',
    proofs: ['name', 'university'],
    toChange: 'reservation_code',
  });
});

t.test('name and reservation code are enough to change', async (t) => {
  t.same(kindOf({ kanaName: 'サトー ハナコ', reservationCode: 'よんななイチ、きゅうゼロに' }), {
    kind: 'verified',
    applicantId: 'hanako',
    level: 'change',
    proofs: ['name', 'reservation_code'],
    toChange: null,
  });
});

t.test('the calling number never suffices to change', async (t) => {
  const everything = {
    kanaName: 'サトウ ハナコ',
    university: '早稲田',
    slotDate: '2026-11-24',
    callerNumber: LINE,
  };
  t.match(kindOf(everything), { kind: 'verified', level: 'read' });
  t.match(kindOf({ callerNumber: LINE }), { kind: 'ask', question: 'full_name' });
  t.match(kindOf({ kanaName: 'サトウ ハナコ', callerNumber: LINE }), { kind: 'ask', question: 'university' });
});

t.test('the calling number and the day are enough to read', async (t) => {
  t.match(kindOf({ kanaName: 'サトウ ハナコ', slotDate: '2026-11-24', callerNumber: LINE }), {
    kind: 'verified',
    level: 'read',
    proofs: ['name', 'slot_date', 'caller_number'],
  });
});

t.test('another policy may do without codes', async (t) => {
  const claim = { kanaName: 'サトウ ハナコ', university: '早稲田大学' };
  t.match(kindOf(claim, ROSTER, WITHOUT_CODES_POLICY), {
    kind: 'verified',
    level: 'read',
    toChange: 'slot_date',
  });
  t.match(kindOf({ ...claim, slotDate: '2026-11-24' }, ROSTER, WITHOUT_CODES_POLICY), {
    kind: 'verified',
    level: 'change',
  });
  t.match(kindOf({ ...claim, slotDate: '2026-11-25' }, ROSTER, WITHOUT_CODES_POLICY), {
    kind: 'verified',
    level: 'read',
    toChange: 'reservation_code',
  });
});

t.test('an empty way of a policy proves nobody', async (t) => {
  t.not(kindOf({ kanaName: 'サトウ ハナコ' }, ROSTER, { read: [[]], change: [[]] }).kind, 'verified');
});

t.test('a claim that says nothing is asked for the name', async (t) => {
  for (const claim of [
    {},
    { kanaName: '' },
    { kanaName: '佐藤花子' },
    { kanaName: ' ', university: '早稲田' },
  ]) {
    t.same(kindOf(claim), { kind: 'ask', question: 'full_name' });
  }
});

t.test('a family name alone is asked for the whole name, known or not', async (t) => {
  t.same(kindOf({ kanaName: 'サトウ' }), { kind: 'ask', question: 'full_name' });
  t.same(kindOf({ kanaName: 'スズキ' }), { kind: 'ask', question: 'full_name' });
  t.same(kindOf({ kanaName: 'サトウ', university: '早稲田', reservationCode: '471902' }), {
    kind: 'ask',
    question: 'full_name',
  });
});

t.test('two of one name are asked for what parts them', async (t) => {
  t.same(kindOf({ kanaName: 'タナカ ケンジ' }), { kind: 'ask', question: 'university' });
  const sameUniversityToo = { ...kenjiToo, university: '東京大学' };
  t.same(kindOf({ kanaName: 'タナカ ケンジ' }, [kenji, sameUniversityToo]), {
    kind: 'ask',
    question: 'reservation_code',
  });
  const otherDay = { ...sameUniversityToo, slotDates: ['2026-11-26'] };
  t.same(kindOf({ kanaName: 'タナカ ケンジ', university: '東大' }, [kenji, otherDay]), {
    kind: 'ask',
    question: 'slot_date',
  });
});

t.test('two whom nothing parts are nobody', async (t) => {
  const twin = { ...kenji, applicantId: 'twin', reservationCode: null };
  const other = { ...kenji, applicantId: 'other', reservationCode: null };
  t.same(kindOf({ kanaName: 'タナカ ケンジ', university: '東大' }, [twin, other]), { kind: 'not_found' });
});

t.test('a better name of another stands in the way', async (t) => {
  const sakada = { ...hanako, applicantId: 'sakada', kanaNames: ['サカダ リエ'], university: '日本大学' };
  const sakata = { ...hanako, applicantId: 'sakata', kanaNames: ['サカタ リエ'], university: null };
  t.not(kindOf({ kanaName: 'サカタ リエ', university: '日本大学' }, [sakada, sakata]).kind, 'verified');
  t.equal(kindOf({ kanaName: 'サカタ リエ', university: '日本大学' }, [sakada]).kind, 'verified');
});

t.test('the same person given twice is one person', async (t) => {
  t.equal(
    kindOf({ kanaName: 'サトウ ハナコ', reservationCode: '471902' }, [hanako, hanako]).kind,
    'verified',
  );
});

const STRANGER = 'スズキ イチロウ';
const FURTHER: readonly (readonly [title: string, claim: IdentityClaim])[] = [
  ['nothing but the name', {}],
  ['a university', { university: '存在しない大学' }],
  ['a code', { reservationCode: '999999' }],
  ['a university and a code', { university: '早稲田', reservationCode: '999999' }],
  ['a day', { slotDate: '2026-11-24' }],
  ['a number', { callerNumber: '+819000000009' }],
  [
    'all of it',
    { university: '早稲田', reservationCode: '999999', slotDate: '2026-11-24', callerNumber: LINE },
  ],
];

for (const [title, claim] of FURTHER) {
  t.test(`an unknown person and a known one with what is not theirs sound the same: ${title}`, async (t) => {
    t.same(kindOf({ ...claim, kanaName: 'サトウ ハナコ' }), kindOf({ ...claim, kanaName: STRANGER }));
  });
}

t.test('a wrong code takes away what name and university had proved', async (t) => {
  t.same(kindOf({ kanaName: 'サトウ ハナコ', university: '早稲田', reservationCode: '471903' }), {
    kind: 'not_found',
  });
});

t.test('the code of another person does not verify anybody', async (t) => {
  t.not(kindOf({ kanaName: 'サトウ ハナコ', reservationCode: 'AB12C4' }).kind, 'verified');
});

const CODES: readonly (readonly [said: string, onFile: string, same: boolean])[] = [
  ['471902', '471902', true],
  ['４７１９０２', '471902', true],
  ['四七一九〇二', '471902', true],
  ['よん なな いち きゅう ゼロ に', '471902', true],
  ['よんなないちきゅうまるに、です', '471902', true],
  ['4719-02', '471902', true],
  ['エービーいちにシーよん', 'AB12C4', true],
  ['ab12c4', 'AB12-C4', true],
  ['ABO2', 'AB02', true],
  ['471903', '471902', false],
  ['47190', '471902', false],
  ['4719022', '471902', false],
  ['', '471902', false],
  ['', '', false],
  ['です', '', false],
  ['わかりません', '471902', false],
];

for (const [said, onFile, same] of CODES) {
  t.test(`the code 「${said}」 is ${same ? '' : 'not '}「${onFile}」`, async (t) => {
    t.equal(sameReservationCode(said, onFile), same);
  });
}

const UNIVERSITIES: readonly (readonly [said: string, onFile: string, same: boolean | null])[] = [
  ['早稲田', '早稲田大学', true],
  ['早稲田大学の', '早稲田大学', true],
  ['早稲田大学政治経済学部です', '早稲田大学', true],
  ['早大', '早稲田大学', true],
  ['慶応義塾大学', '慶應義塾大学', true],
  ['慶応', '慶應義塾大学', true],
  ['東大', '東京大学大学院', true],
  ['日本女子大', '日本女子大学', true],
  ['日本大学', '日本女子大学', false],
  ['東京', '東北大学', false],
  ['わせだだいがく', '早稲田大学', null],
  ['', '早稲田大学', null],
];

for (const [said, onFile, same] of UNIVERSITIES) {
  t.test(`「${said}」 and 「${onFile}」: ${String(same)}`, async (t) => {
    t.equal(sameUniversity(said, onFile), same);
  });
}

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
        return code && rules[result.level].some((way) => way.every((proof) => result.proofs.includes(proof)));
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

t.test('any text at all can be claimed', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(
      fc.record({ kanaName: text, university: text, reservationCode: text, slotDate: text }),
      (said) => {
        return identify(said, ROSTER).kind !== 'verified';
      },
    ),
    { numRuns: 300 },
  );
});
