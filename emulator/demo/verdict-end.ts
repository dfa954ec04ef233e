import { holdsSeat } from '../../src/briefing/attendance-status.ts';
import type { RegistrationEvent } from '../../src/briefing/registration.ts';
import type { OutboundRecord } from '../../src/outbox/ports.ts';
import type { TurnRecord } from '../../src/store/ports.ts';
import type { Attendance, AttendanceEntry } from './attendance.ts';
import type { SamplePerson } from './sample-roster.ts';
import type { ExpectedEnd } from './scripts.ts';

/** What is known after all calls. */
export interface EndFacts {
  readonly attendance: Attendance;
  readonly messages: readonly OutboundRecord[];
  readonly people: readonly SamplePerson[];
  /** The turns of every call. */
  readonly turns: readonly TurnRecord[];
}

/** The question that every read-back ends with. */
const READ_BACK = /よろしいでしょうか/u;

/** Everything in which list and outbox differ from what the callers decided, in English; empty when all holds. */
export function judgeEnd(facts: EndFacts, expected: ExpectedEnd): string[] {
  return [
    ...facts.people.flatMap((person) => problemsOfPerson(facts, person, expected)),
    ...facts.attendance.slots.flatMap((slot) => problemsOfSeats(facts.attendance, slot)),
    ...problemsOfMessages(facts, expected),
  ];
}

/** What is wrong with the proof of a change by telephone: who said what, in which order. */
export function problemsOfProof(event: RegistrationEvent, turns: readonly TurnRecord[]): string[] {
  if (event.source.kind !== 'caller') return [];
  const { callId, readBackTurnKey, consentTurnKey } = event.source.evidence;
  const turnOf = (key: string | null): TurnRecord | undefined =>
    turns.find((turn) => turn.callId === callId && turn.turnKey === key);
  const [readBack, consent] = [turnOf(readBackTurnKey), turnOf(consentTurnKey)];
  if (consent === undefined) return ['a change names a turn that is not stored'];
  if (consent.role !== 'caller' && consent.role !== 'keypad')
    return ['a change was stored without words of the caller'];
  // What was chosen with keys alone may have been read out as a menu.
  if (readBackTurnKey === null && consent.role === 'keypad') return [];
  if (readBack?.role !== 'agent' || readBack.status !== 'complete' || !READ_BACK.test(readBack.text))
    return ['a change was stored without a read-back that was heard to its end'];
  return consent.sequence > readBack.sequence ? [] : ['a change was stored before it was agreed to'];
}

function problemsOfPerson(
  { attendance, turns }: EndFacts,
  { number, code }: SamplePerson,
  { statuses }: ExpectedEnd,
): string[] {
  const entries = attendance.entries.filter(({ line }) => line.applicant.reservationCode === code);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    return [`row ${number} is ${entries.length} times on the list`];
  const wanted = statuses[number] ?? 'not_confirmed';
  const { status, version } = entry.line.registration;
  const proof = entry.history.flatMap((event) => problemsOfProof(event, turns));
  return [
    ...(status === wanted ? [] : [`row ${number} is stored as ${status}, not ${wanted}`]),
    ...(statuses[number] !== undefined || version === 1
      ? []
      : [`row ${number} was changed by nobody's wish`]),
    ...proof.map((problem) => `row ${number}: ${problem}`),
  ];
}

function problemsOfSeats({ entries }: Attendance, slot: Attendance['slots'][number]): string[] {
  const holds = (entry: AttendanceEntry): boolean =>
    entry.slot.slotId === slot.slotId && holdsSeat(entry.line.registration.status);
  const seated = entries.filter(holds).length;
  if (seated !== slot.taken) return [`${slot.taken} seats are taken by ${seated} people`];
  return slot.capacity === null || seated <= slot.capacity
    ? []
    : [`${seated} people on ${slot.capacity} seats`];
}

function problemsOfMessages({ messages, people }: EndFacts, expected: ExpectedEnd): string[] {
  const wanted = expected.messages.map(([number, template]) => `${template} to row ${number}`);
  const stored = messages.map(({ to, templateKey }) => {
    const person = people.find(({ phone }) => phone === to);
    return `${templateKey} to ${person === undefined ? 'a stranger' : `row ${person.number}`}`;
  });
  return [
    ...without(wanted, stored).map((each) => `no message ${each}`),
    ...without(stored, wanted).map((each) => `a message too many: ${each}`),
    ...messages
      .filter(({ state }) => state !== 'sent')
      .map(({ templateKey, state }) => `${templateKey} is ${state}`),
  ];
}

/** What is in the first list and not, or less often, in the second. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const rest = [...taken];
  return all.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
