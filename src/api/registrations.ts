import Type, { type Static } from 'typebox';
import type { AttendanceDecision } from '../briefing/attendance-change.ts';
import {
  ACTUAL_ATTENDANCES,
  ATTENDANCE_LABELS,
  ATTENDANCE_STATUSES,
  EVENT_KINDS,
} from '../briefing/attendance-status.ts';
import {
  CHANGE_SOURCES,
  REASON_CODES,
  type ChangeSource,
  type Registration,
  type RegistrationEvent,
  type RegistrationState,
} from '../briefing/registration.ts';
import { Id, Instant, oneOf, orNull, readInstant, writeInstant, writeInstantOrNull } from './shapes.ts';

const Status = oneOf(ATTENDANCE_STATUSES);
const Reason = oneOf(REASON_CODES);

const state = {
  status: Status,
  slot_id: Id,
  actual: orNull(oneOf(ACTUAL_ATTENDANCES, 'What happened on the day; null: not recorded.')),
  reason: orNull(Reason),
  expected_arrival_at: orNull(Instant),
  callback_at: orNull(Instant),
  waiting_number: orNull(Type.Integer()),
};

/** A registration as the API shows it. */
export const RegistrationSchema = Type.Object(
  {
    registration_id: Id,
    applicant_id: Id,
    briefing_id: Id,
    version: Type.Integer({ description: 'Of the last event; also the ETag.' }),
    changed_at: Instant,
    status_label: Type.String({ description: 'The status on Japanese screens.' }),
    ...state,
  },
  { $id: 'Registration', additionalProperties: false },
);

/** A registration in a list, with the name of who it is of. */
export const RegistrationLineSchema = Type.Object(
  {
    ...RegistrationSchema.properties,
    applicant: Type.Object({ full_name: Type.String(), full_kana: orNull(Type.String()) }),
  },
  { $id: 'RegistrationLine', additionalProperties: false },
);

const Source = Type.Object(
  {
    kind: oneOf(CHANGE_SOURCES),
    member_id: Type.Optional(orNull(Type.String())),
    call_id: Type.Optional(Type.String()),
    read_back_turn_key: Type.Optional(orNull(Type.String())),
    consent_turn_key: Type.Optional(Type.String()),
  },
  { description: 'Who is answerable; for a caller, the turns that prove it.', additionalProperties: false },
);

/** An entry of a history as the API shows it. */
export const EventSchema = Type.Object(
  {
    version: Type.Integer(),
    kind: oneOf(EVENT_KINDS),
    at: Instant,
    source: Source,
    from: orNull(Type.Object({ status: Status, slot_id: Id }, { additionalProperties: false })),
    to: Type.Object(state, { additionalProperties: false }),
    undoes: orNull(Type.Integer()),
  },
  { $id: 'RegistrationEvent', additionalProperties: false },
);

/** What the team decides about a registration. */
export const Decision = Type.Object(
  {
    kind: oneOf([
      'attend',
      'absent',
      'late',
      'request_change',
      'move',
      'wait',
      'online',
      'undecided',
      'withdraw',
    ]),
    to_slot_id: Type.Optional(Id),
    reason: Type.Optional(orNull(Reason)),
    expected_arrival_at: Type.Optional(orNull(Instant)),
    callback_at: Type.Optional(orNull(Instant)),
  },
  {
    additionalProperties: false,
    description:
      'move and wait need to_slot_id; reason goes with absent, late and withdraw, expected_arrival_at with late, callback_at with undecided.',
  },
);

/** Fields that go with each kind of decision. */
const FIELDS: Readonly<Record<AttendanceDecision['kind'], readonly string[]>> = {
  attend: [],
  absent: ['reason'],
  late: ['reason', 'expected_arrival_at'],
  request_change: [],
  move: ['to_slot_id'],
  wait: ['to_slot_id'],
  online: [],
  undecided: ['callback_at'],
  withdraw: ['reason'],
};

/** A decision, or the field that is missing or out of place. */
export function readDecision(
  body: Static<typeof Decision>,
): { decision: AttendanceDecision } | { pointer: string; detail: string } {
  const { kind, reason = null, to_slot_id: toSlotId } = body;
  const stray = Object.keys(body).find((field) => field !== 'kind' && !FIELDS[kind].includes(field));
  if (stray !== undefined) return { pointer: `/body/${stray}`, detail: `does not go with ${kind}` };
  switch (kind) {
    case 'move':
    case 'wait':
      if (toSlotId === undefined) return { pointer: '/body/to_slot_id', detail: `${kind} needs it` };
      return { decision: { kind, toSlotId } };
    case 'late': {
      const expectedArrivalAt = instantOf(body.expected_arrival_at, '/body/expected_arrival_at');
      return { decision: { kind, reason, expectedArrivalAt } };
    }
    case 'undecided':
      return { decision: { kind, callbackAt: instantOf(body.callback_at, '/body/callback_at') } };
    case 'absent':
    case 'withdraw':
      return { decision: { kind, reason } };
    case 'attend':
    case 'online':
    case 'request_change':
      return { decision: { kind } };
  }
}

export function registrationView(registration: Registration): Static<typeof RegistrationSchema> {
  return {
    registration_id: registration.registrationId,
    applicant_id: registration.applicantId,
    briefing_id: registration.briefingId,
    version: registration.version,
    changed_at: writeInstant(registration.changedAt),
    status_label: ATTENDANCE_LABELS[registration.status],
    ...stateView(registration),
  };
}

export function eventView(event: RegistrationEvent): Static<typeof EventSchema> {
  return {
    version: event.version,
    kind: event.kind,
    at: writeInstant(event.at),
    source: sourceView(event.source),
    from: event.from === null ? null : { status: event.from.status, slot_id: event.from.slotId },
    to: stateView(event.to),
    undoes: event.undoes,
  };
}

function stateView(now: RegistrationState) {
  return {
    status: now.status,
    slot_id: now.slotId,
    actual: now.actual,
    reason: now.reason,
    expected_arrival_at: writeInstantOrNull(now.expectedArrivalAt),
    callback_at: writeInstantOrNull(now.callbackAt),
    waiting_number: now.waitingNumber,
  };
}

function sourceView(source: ChangeSource): Static<typeof Source> {
  if (source.kind === 'team') return { kind: 'team', member_id: source.memberId };
  if (source.kind !== 'caller') return { kind: source.kind };
  const { callId, readBackTurnKey, consentTurnKey } = source.evidence;
  return {
    kind: 'caller',
    call_id: callId,
    read_back_turn_key: readBackTurnKey,
    consent_turn_key: consentTurnKey,
  };
}

function instantOf(text: string | null | undefined, pointer: string): number | null {
  return text === null || text === undefined ? null : readInstant(text, pointer);
}
