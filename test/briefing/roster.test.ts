import t from 'tap';
import type { Applicant, ApplicantData } from '../../src/briefing/applicant.ts';
import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import type { Registration } from '../../src/briefing/registration.ts';
import { planRoster } from '../../src/briefing/roster-compare.ts';
import type { KnownPerson, RosterEntry, RosterRow, RosterSnapshot } from '../../src/briefing/roster-plan.ts';

const PHONE = '+819000000001';

function dataOf(changes: Partial<ApplicantData> = {}): ApplicantData {
  return {
    name: {
      full: '見本 花子',
      family: null,
      given: null,
      fullKana: 'ミホン ハナコ',
      familyKana: null,
      givenKana: null,
    },
    university: '見本大学',
    faculty: null,
    phones: [PHONE],
    email: null,
    source: 'ats',
    externalId: null,
    reservationCode: null,
    ...changes,
  };
}

function nameOf(full: string): ApplicantData['name'] {
  return { full, family: null, given: null, fullKana: null, familyKana: null, givenKana: null };
}

function knownAs(
  id: string,
  data: Partial<ApplicantData>,
  registration: { slotId: string; status?: AttendanceStatus; source?: 'import' | 'caller' } | null = null,
): KnownPerson {
  const applicant: Applicant = { ...dataOf(data), applicantId: id, version: 1 };
  if (registration === null) return { applicant, registration: null, lastChange: null };
  const { slotId, status = 'not_confirmed', source = 'import' } = registration;
  const stored: Registration = {
    registrationId: `reg-${id}`,
    applicantId: id,
    briefingId: 'b',
    slotId,
    status,
    version: 1,
    actual: null,
    reason: null,
    expectedArrivalAt: null,
    callbackAt: null,
    waitingNumber: null,
    changedAt: 0,
  };
  return { applicant, registration: stored, lastChange: { kind: 'created', source } };
}

/** Slots `s1`, `s2` … with these capacities, taken by the people who are registered. */
function snapshotOf(capacities: readonly number[], people: readonly KnownPerson[]): RosterSnapshot {
  const slots = capacities.map((capacity, index) => {
    const slotId = `s${index + 1}`;
    const taken = people.filter(({ registration }) => registration?.slotId === slotId).length;
    return {
      slotId,
      briefingId: 'b',
      startsAt: 1,
      endsAt: 2,
      mode: 'on_site' as const,
      place: null,
      capacity,
      open: true,
      taken,
      free: capacity - taken,
      waiting: 0,
    };
  });
  return { briefingId: 'b', slots, people };
}

let line = 0;

function rowOf(slotId: string, data: Partial<ApplicantData> = {}): RosterRow {
  line += 1;
  return { line, slotId, status: null, applicant: dataOf(data) };
}

function plan(
  people: readonly KnownPerson[],
  rows: readonly RosterRow[],
  capacities = [9, 9],
): readonly RosterEntry[] {
  return planRoster(snapshotOf(capacities, people), rows).entries;
}

t.test('somebody whom nobody knows is new', async (t) => {
  t.match(plan([], [rowOf('s1')]), [{ verdict: 'new', applicant: null, status: 'not_confirmed' }]);
});

t.test('an applicant of another briefing is registered, not stored again', async (t) => {
  const entries = plan([knownAs('a', { externalId: 'E1' })], [rowOf('s1', { externalId: 'E1' })]);
  t.match(entries, [{ verdict: 'new', applicant: { applicantId: 'a' } }]);
});

t.test('a row that says what is known changes nothing, however its code is written', async (t) => {
  const known = knownAs('a', { reservationCode: 'R1' }, { slotId: 's1' });
  t.match(plan([known], [rowOf('s1', { reservationCode: 'r-1' })]), [{ verdict: 'unchanged', kept: null }]);
});

t.test('a row that is silent erases nothing', async (t) => {
  const known = knownAs('a', { email: 'a@example.com', externalId: 'E1' }, { slotId: 's1' });
  const silent = rowOf('s1', { university: null, email: null, externalId: null });
  t.match(plan([known], [silent]), [{ verdict: 'unchanged' }]);
});

t.test('a changed field is named', async (t) => {
  const known = knownAs('a', { externalId: 'E1' }, { slotId: 's1' });
  const row = rowOf('s1', { externalId: 'E1', phones: ['+819000000002'], faculty: '文学部' });
  t.match(plan([known], [row]), [{ verdict: 'changed', fields: ['faculty', 'phones'], toSlotId: null }]);
});

t.test('the roster moves whom nobody has spoken to, and nobody else', async (t) => {
  for (const status of ['not_confirmed', 'attending', 'moved'] as const) {
    const quiet = knownAs('a', {}, { slotId: 's1', status });
    t.match(plan([quiet], [rowOf('s2')]), [{ verdict: 'changed', toSlotId: 's2', kept: null, fields: [] }]);
  }
  for (const spoken of [
    { status: 'moved', source: 'caller' },
    { status: 'not_confirmed', source: 'caller' },
    { status: 'absent', source: 'import' },
    { status: 'late', source: 'import' },
  ] as const) {
    const known = knownAs('a', {}, { slotId: 's1', ...spoken });
    const kept = { registrationId: 'reg-a', slotId: 's1', status: spoken.status, by: spoken.source };
    t.match(plan([known], [rowOf('s2')]), [{ verdict: 'unchanged', kept }]);
    t.match(plan([known], [rowOf('s2', { faculty: '法学部' })]), [
      { verdict: 'changed', fields: ['faculty'], toSlotId: null, kept },
    ]);
  }
});

t.test('who was seen on the day stays in the slot of that day', async (t) => {
  const { registration, ...known } = knownAs('a', {}, { slotId: 's1' });
  if (registration === null) throw new TypeError('not registered');
  const seen = { ...known, registration: { ...registration, actual: 'attended' as const } };
  t.match(plan([seen], [rowOf('s2')]), [{ verdict: 'unchanged', kept: { by: 'import' } }]);
});

t.test('people are told apart by the ids of their source, even with one telephone', async (t) => {
  const known = knownAs('a', { externalId: 'E1' }, { slotId: 's1' });
  t.match(plan([known], [rowOf('s1', { externalId: 'E2' })]), [{ verdict: 'new', applicant: null }]);
});

t.test('a row that could be two people is refused', async (t) => {
  const twins = [knownAs('a', {}), knownAs('b', {})];
  t.match(plan(twins, [rowOf('s1')]), [{ verdict: 'refused', reason: 'ambiguous' }]);
});

t.test('a code whose zeros were eaten is the same person’s, and keeps them', async (t) => {
  const known = knownAs('a', { reservationCode: '0012' }, { slotId: 's1' });
  t.match(plan([known], [rowOf('s1', { reservationCode: '12' })]), [{ verdict: 'unchanged' }]);
  t.match(plan([known], [rowOf('s1', { reservationCode: '12', phones: [] })]), [{ verdict: 'unchanged' }]);
  const withId = knownAs('a', { reservationCode: '0012', externalId: 'E1' }, { slotId: 's1' });
  const other = knownAs('b', { reservationCode: '12', externalId: 'E2', name: nameOf('別人 太郎') });
  const row = rowOf('s1', { reservationCode: '12', externalId: 'E1' });
  t.match(plan([withId, other], [row]), [{ verdict: 'unchanged' }]);
  t.match(
    plan(
      [known, { ...other, applicant: { ...other.applicant, externalId: null } }],
      [rowOf('s1', { reservationCode: '12' })],
    ),
    [{ verdict: 'unchanged', registrationId: 'reg-a' }],
  );
});

t.test('zeros that an earlier file had lost come back', async (t) => {
  const known = knownAs('a', { reservationCode: '12' }, { slotId: 's1' });
  t.match(plan([known], [rowOf('s1', { reservationCode: '0012' })]), [
    { verdict: 'changed', fields: ['reservationCode'], data: { reservationCode: '0012' } },
  ]);
});

t.test('a code that only looks eaten is another person’s, when the name is another one', async (t) => {
  const known = knownAs('a', { reservationCode: '0012' }, { slotId: 's1' });
  const row = rowOf('s1', { reservationCode: '12', name: nameOf('別人 太郎') });
  t.match(plan([known], [row]), [{ verdict: 'new', applicant: null }]);
});

t.test('a reservation code of somebody else is refused', async (t) => {
  const people = [knownAs('a', { externalId: 'E1' }), knownAs('b', { reservationCode: 'R2' })];
  const row = rowOf('s1', { externalId: 'E1', reservationCode: 'R-2' });
  t.match(plan(people, [row]), [{ verdict: 'refused', reason: 'code_taken' }]);
});

t.test('a second row about the same person is refused', async (t) => {
  t.match(plan([], [rowOf('s1'), rowOf('s2')]), [
    { verdict: 'new' },
    { verdict: 'refused', reason: 'duplicate_row' },
  ]);
  const known = knownAs('a', { externalId: 'E1', reservationCode: 'R1' });
  t.match(plan([known], [rowOf('s1', { externalId: 'E1' }), rowOf('s1', { reservationCode: 'R1' })]), [
    { verdict: 'new' },
    { verdict: 'refused', reason: 'duplicate_row' },
  ]);
});

t.test('a slot that the briefing does not have is refused', async (t) => {
  t.match(plan([], [rowOf('s9')]), [{ verdict: 'refused', reason: 'unknown_slot' }]);
});

t.test('the last rows are refused when a slot has too few seats', async (t) => {
  const rows = ['E1', 'E2', 'E3'].map((externalId) => rowOf('s1', { externalId }));
  t.match(plan([], rows, [2]), [
    { verdict: 'new' },
    { verdict: 'new' },
    { verdict: 'refused', reason: 'slot_full' },
  ]);
});

t.test('two full slots may exchange people, but nobody enters who leaves no seat', async (t) => {
  const people = [
    knownAs('a', { externalId: 'E1' }, { slotId: 's1' }),
    knownAs('b', { externalId: 'E2' }, { slotId: 's2' }),
  ];
  const exchange = [rowOf('s2', { externalId: 'E1' }), rowOf('s1', { externalId: 'E2' })];
  t.match(plan(people, exchange, [1, 1]), [{ verdict: 'changed' }, { verdict: 'changed' }]);
  t.match(plan(people, [...exchange, rowOf('s1', { externalId: 'E3' })], [1, 1]), [
    { verdict: 'changed' },
    { verdict: 'changed' },
    { verdict: 'refused' },
  ]);
});
