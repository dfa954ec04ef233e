import t from 'tap';
import {
  identify,
  WITHOUT_CODES_POLICY,
  type Identity,
  type IdentityPolicy,
  identityPolicy,
  STRICT_POLICY,
} from '../../src/briefing/identity.ts';
import { sameKeyedCode, sameReservationCode } from '../../src/briefing/identity-code.ts';
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

t.test('a code that is keyed in suffices with the number on file, and only with it', async (t) => {
  const keyed = { keyedCode: '471902' };
  t.match(kindOf({ ...keyed, callerNumber: LINE }), {
    kind: 'verified',
    applicantId: 'hanako',
    level: 'change',
    proofs: ['reservation_code', 'caller_number'],
  });
  const stranger = { kind: 'ask', question: 'full_name' };
  t.same(kindOf(keyed), stranger, 'no number');
  t.same(kindOf({ ...keyed, callerNumber: '+819000000002' }), stranger, 'the number of somebody else');
  t.same(kindOf({ keyedCode: '471903', callerNumber: LINE }), stranger, 'another code');
  t.same(kindOf({ reservationCode: '471902', callerNumber: LINE }), stranger, 'spoken, not keyed');
});

t.test('a keyed code and a name are enough from any number, as if it were spoken', async (t) => {
  t.match(kindOf({ keyedCode: '471902', kanaName: 'サトウ ハナコ' }), { kind: 'verified', level: 'change' });
  t.match(kindOf({ keyedCode: '471902', kanaName: 'タナカ ケンジ' }), { kind: 'not_found' });
});

for (const [keyed, onFile, same] of [
  ['1001', 'S-1001', true],
  ['1001', 'Ｓ１００１', true],
  ['1001', '1001', true],
  ['1001', 'S-10012', false],
  ['124', 'AB12C4', false],
  ['', 'S-ABCD', false],
  ['1001', null, false],
] as const)
  t.test(`${keyed} on the keypad and 「${String(onFile)}」: ${same}`, async (t) => {
    t.equal(sameKeyedCode(keyed, onFile), same);
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
  ['横国大', '横浜国立大学', true],
  ['青学大', '青山学院大学', true],
  ['関大の', '関西大学', true],
  ['慶応義塾大', '慶應義塾大学', true],
  ['理科大です', '東京理科大学', true],
  ['都立大', '東京都立大学', true],
  ['首都大学東京', '東京都立大学', true],
  ['東工大', '東京科学大学', true],
  ['東工大', '東京工業大学', true],
  ['icu', '国際基督教大学', true],
  ['見本高専', '見本工業高等専門学校', true],
  ['見本短大', '見本短期大学', true],
  ['神大', '神戸大学', null],
  ['神大', '神奈川大学', null],
  ['市大', '横浜市立大学', null],
  ['東北工大', '東北工業大学', null],
  ['東北工業大学', '東北工大', null],
  ['SFC', '慶應義塾大学', null],
  ['神大', '早稲田大学', false],
  ['東大', '東京工業大学', null],
  ['東京大学', '東京女子大学', false],
  ['関西大学', '関西学院大学', false],
  ['日大', '日本体育大学', null],
  ['理科大', '岡山理科大学', null],
  ['医科歯科', '東京医科歯科大学', null],
  ['日本大学', '日本体育大学', false],
  ['見本高専', '見本大学', false],
];

for (const [said, onFile, same] of UNIVERSITIES) {
  t.test(`「${said}」 and 「${onFile}」: ${String(same)}`, async (t) => {
    t.equal(sameUniversity(said, onFile), same);
  });
}

t.test('a short name that cannot be told proves nothing and stands in nobody’s way', async (t) => {
  const kobe = { ...hanako, university: '神戸大学' };
  const said = { kanaName: 'サトウ ハナコ', university: '神大' };
  t.same(kindOf(said, [kobe]), { kind: 'not_found' });
  t.match(kindOf({ ...said, reservationCode: '471902' }, [kobe]), { kind: 'verified', level: 'change' });
});

t.test('a scenario names a policy or writes out its own', async (t) => {
  const own = { read: [['name', 'slot_date']], change: [['name', 'reservation_code']] } as const;
  t.equal(identityPolicy('strict'), STRICT_POLICY);
  t.equal(identityPolicy('without_codes'), WITHOUT_CODES_POLICY);
  t.equal(identityPolicy(own), own);
});
