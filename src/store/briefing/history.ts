import { type Selectable, sql } from 'kysely';
import type { EventKind } from '../../briefing/attendance-status.ts';
import type {
  ChangeSource,
  Registration,
  RegistrationEvent,
  RegistrationState,
} from '../../briefing/registration.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { instant, sourceColumns, toEvent, toRegistration } from './rows.ts';
import type { RegistrationEventsTable, RegistrationsTable } from './tables.ts';

/** The next step of a registration. */
export interface Step {
  readonly kind: EventKind;
  readonly to: Omit<RegistrationState, 'waitingNumber'> & {
    /** Place in the waiting list; null: the end of it, if the status is `waiting`. */
    readonly waitingNumber: number | null;
  };
  readonly source: ChangeSource;
  readonly idempotencyKey: string;
  readonly undoes: number | null;
  readonly at: number;
}

/**
 * Writes a step: the registration, the entry of its history and the outbox event. The registration must be locked.
 * Its seats are the caller's affair.
 */
export async function advance(
  context: StoreContext,
  now: Registration,
  step: Step,
): Promise<{ registration: Registration; event: RegistrationEvent }> {
  const { to } = step;
  const source = sourceColumns(step.source);
  const { rows } = await sql<RegistrationsTable>`
    with next as (
      update registrations set version = version + 1, status = ${to.status}, slot_id = ${to.slotId},
        actual = ${to.actual}, reason = ${to.reason}, expected_arrival_at = ${instant(to.expectedArrivalAt)},
        callback_at = ${instant(to.callbackAt)}, changed_at = ${new Date(step.at)},
        waiting_number = case when ${to.status}::text = 'waiting'
          then coalesce(${to.waitingNumber}::bigint, nextval('waiting_numbers')) end
      where registration_id = ${now.registrationId} and version = ${now.version}
      returning *
    ), entry as (
      insert into registration_events (registration_id, version, kind, source, member_id, call_id,
        read_back_turn_key, consent_turn_key, idempotency_key, from_status, from_slot_id, to_status, to_slot_id,
        actual, reason, expected_arrival_at, callback_at, waiting_number, undoes, at)
      select registration_id, version, ${step.kind}, ${source.source}, ${source.member_id}, ${source.call_id},
        ${source.read_back_turn_key}, ${source.consent_turn_key}, ${storable(step.idempotencyKey)}, ${now.status},
        ${now.slotId}, status, slot_id, actual, reason, expected_arrival_at, callback_at, waiting_number,
        ${step.undoes}::integer, changed_at
      from next
    ), outbox as (
      insert into outbox_events (event_id, kind, payload)
      select 'attendance.changed:' || registration_id || ':' || version, 'attendance.changed',
        jsonb_build_object('registrationId', registration_id, 'version', version)
      from next
    )
    select * from next`.execute(context.db);
  const row = rows[0];
  if (row === undefined) throw new RangeError('a locked registration was changed by somebody else');
  const registration = toRegistration(row);
  noteChange(context, registration, step.source, step.at);
  return {
    registration,
    event: {
      registrationId: now.registrationId,
      version: registration.version,
      kind: step.kind,
      source: step.source,
      at: step.at,
      from: { status: now.status, slotId: now.slotId },
      to: stateOf(registration),
      undoes: step.undoes,
      idempotencyKey: step.idempotencyKey,
    },
  };
}

/** Tells the audit that a history has grown: in the chain of the call that did it, else in the desk's. */
export function noteChange(
  { audit }: StoreContext,
  { registrationId, version }: Pick<Registration, 'registrationId' | 'version'>,
  source: ChangeSource,
  at: number,
): void {
  const callId = source.kind === 'caller' ? source.evidence.callId : null;
  audit?.changed({ registrationId, version }, { callId, at, actor: source.kind });
}

/** The event that a request under this key caused, or null. */
export async function eventOfKey(context: StoreContext, key: string): Promise<RegistrationEvent | null> {
  const { rows } = await sql<Selectable<RegistrationEventsTable>>`
    select * from registration_events where idempotency_key = ${storable(key)}`.execute(context.db);
  return rows[0] === undefined ? null : toEvent(rows[0]);
}

/** All events of a registration, oldest first. */
export async function readHistory(
  context: StoreContext,
  registrationId: string,
): Promise<RegistrationEvent[]> {
  const { rows } = await sql<Selectable<RegistrationEventsTable>>`
    select * from registration_events where registration_id = ${storable(registrationId)}
    order by version`.execute(context.db);
  return rows.map(toEvent);
}

function stateOf(registration: Registration): RegistrationState {
  return {
    status: registration.status,
    slotId: registration.slotId,
    actual: registration.actual,
    reason: registration.reason,
    expectedArrivalAt: registration.expectedArrivalAt,
    callbackAt: registration.callbackAt,
    waitingNumber: registration.waitingNumber,
  };
}
