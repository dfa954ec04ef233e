import t from 'tap';
import { judgeEnd, type EndFacts } from '../../emulator/demo/verdict-end.ts';
import { judgeAudit } from '../../emulator/demo/audit.ts';
import type { AttendanceEntry } from '../../emulator/demo/attendance.ts';
import type { ExpectedEnd } from '../../emulator/demo/scripts.ts';
import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import type { SlotSeats } from '../../src/briefing/slot.ts';
import type { OutboundRecord } from '../../src/outbox/ports.ts';

const EXPECTED: ExpectedEnd = {
  statuses: { 1: 'attending' },
  messages: [[1, 'attendance_confirmed']],
};

const SLOT = { slotId: 's1', capacity: 2, taken: 2 } as SlotSeats;

function entry(code: string, status: AttendanceStatus, version: number): AttendanceEntry {
  return {
    slot: SLOT,
    line: { applicant: { reservationCode: code }, registration: { status, version } },
    history: [],
  } as unknown as AttendanceEntry;
}

function message(to: string, templateKey: string, state = 'sent'): OutboundRecord {
  return { to, templateKey, state } as OutboundRecord;
}

function person(number: number) {
  const made = { name: '', kana: '', university: '', when: '' };
  return { number, code: `S100${number}`, phone: `+8190123400${number}`, ...made };
}

const CONFIRMED = message('+81901234001', 'attendance_confirmed');
const [FIRST, SECOND] = [entry('S1001', 'attending', 2), entry('S1002', 'not_confirmed', 1)];

const GOOD: EndFacts = {
  attendance: { slots: [SLOT], entries: [FIRST, SECOND] },
  messages: [CONFIRMED],
  people: [person(1), person(2)].map((each) => ({ ...each, phone: each.phone.slice(0, 12) })),
  turns: [],
};

const listOf = (entries: readonly AttendanceEntry[], slot = SLOT): Partial<EndFacts> => ({
  attendance: { slots: [slot], entries },
});

t.test('a list and messages as decided have no problem', async (t) => {
  t.same(judgeEnd(GOOD, EXPECTED), []);
});

const wrong: readonly (readonly [name: string, facts: Partial<EndFacts>, complaint: string])[] = [
  [
    'a wrong stored status',
    listOf([entry('S1001', 'absent', 2), SECOND]),
    'row 1 is stored as absent, not attending',
  ],
  [
    'a change that nobody wished',
    listOf([FIRST, entry('S1002', 'not_confirmed', 3)]),
    "row 2 was changed by nobody's wish",
  ],
  ['somebody who is gone', listOf([FIRST]), 'row 2 is 0 times on the list'],
  [
    'seats that do not count',
    listOf([FIRST, SECOND], { ...SLOT, taken: 1 }),
    '1 seats are taken by 2 people',
  ],
  ['an oversold slot', listOf([FIRST, SECOND], { ...SLOT, capacity: 1 }), '2 people on 1 seats'],
  ['a message that is missing', { messages: [] }, 'no message attendance_confirmed to row 1'],
  [
    'a message twice',
    { messages: [CONFIRMED, CONFIRMED] },
    'a message too many: attendance_confirmed to row 1',
  ],
  [
    'a message to a stranger',
    { messages: [CONFIRMED, message('+8190', 'late_received')] },
    'a message too many: late_received to a stranger',
  ],
  [
    'a message that has not left',
    { messages: [{ ...CONFIRMED, state: 'queued' }] },
    'attendance_confirmed is queued',
  ],
];

for (const [name, facts, complaint] of wrong) {
  t.test(`the verdict names ${name}`, async (t) => {
    t.ok(judgeEnd({ ...GOOD, ...facts }, EXPECTED).includes(complaint));
  });
}

t.test('the verdict names what the audit finds, and calls and changes that it does not know', async (t) => {
  const counts = { chains: 1, rows: 9, anchors: 0, calls: 5, changes: 4 };
  t.same(judgeAudit({ ...counts, problems: [] }, 5, 4), []);
  const edited = { code: 'edited', where: 'call/rtc_1', sequence: 3 } as const;
  const found = judgeAudit({ ...counts, calls: 4, changes: 3, problems: [edited] }, 5, 4);
  t.match(found.join('\n'), /call\/rtc_1: .*edited[^]*4 calls, not 5[^]*3 changes by callers, not 4/u);
});
