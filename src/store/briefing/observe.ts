import { sql } from 'kysely';
import type { ChangeSource } from '../../briefing/registration.ts';
import type { Observation, ObserveInput, ObserveResult } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable } from '../text.ts';
import { sourceColumns } from './rows.ts';
import { lockRegistration, lockSlots } from './seats.ts';

/**
 * Records what happened, inside a transaction and by one statement whatever the number. What is recorded already is
 * not recorded again.
 */
export async function recordActual(
  context: StoreContext,
  observations: readonly Observation[],
  source: ChangeSource,
  at: number,
): Promise<string[]> {
  const wanted = new Map(observations.map((one) => [storable(one.registrationId), one.actual]));
  if (wanted.size === 0) return [];
  const ids = [...wanted.keys()];
  const list = JSON.stringify([...wanted].map(([id, actual]) => ({ id, actual })));
  const by = sourceColumns(source);
  return context.run('recordActual', async () => {
    await lockSlots(
      context,
      sql`select slot_id from registrations where registration_id = any(${ids}::text[])`,
    );
    const written = await sql`
      with seen as (
        select id, actual from jsonb_to_recordset(${list}::text::jsonb) as row (id text, actual text)
      ), next as (
        update registrations set version = version + 1, actual = seen.actual, changed_at = ${new Date(at)}
        from seen
        where registration_id = seen.id and registrations.actual is distinct from seen.actual
        returning registrations.*
      ), entry as (
        insert into registration_events (registration_id, version, kind, source, member_id, call_id,
          read_back_turn_key, consent_turn_key, from_status, from_slot_id, to_status, to_slot_id, actual, reason,
          expected_arrival_at, callback_at, waiting_number, at)
        select registration_id, version, 'observed', ${by.source}, ${by.member_id}, ${by.call_id},
          ${by.read_back_turn_key}, ${by.consent_turn_key}, status, slot_id, status, slot_id, actual, reason,
          expected_arrival_at, callback_at, waiting_number, changed_at
        from next
      )
      insert into outbox_events (event_id, kind, payload)
      select 'attendance.changed:' || registration_id || ':' || version, 'attendance.changed',
        jsonb_build_object('registrationId', registration_id, 'version', version)
      from next
      returning event_id`.execute(context.db);
    if (written.rows.length > 0) noteObserved(context, written.rows.length, source, at);
    const { rows } = await sql<{ id: string }>`
      select id from unnest(${ids}::text[]) as id
      where not exists (select 1 from registrations where registration_id = id)`.execute(context.db);
    return rows.map((row) => row.id);
  });
}

/** Records what happened for one registration, inside a transaction and under its lock. */
export async function observe(context: StoreContext, input: ObserveInput): Promise<ObserveResult> {
  const registrationId = storable(input.registrationId);
  const locked = async () =>
    context.run('observe', async () => lockRegistration(context, registrationId, null));
  const before = (await locked())?.registration;
  if (before === undefined) return { outcome: 'not_found', what: 'registration' };
  if (input.expectedVersion !== null && input.expectedVersion !== before.version)
    return { outcome: 'conflict', registration: before };
  await recordActual(context, [input], input.source, input.at);
  return { outcome: 'stored', registration: (await locked())?.registration ?? before };
}

/** The day of a briefing is one row of the audit, however many came. */
function noteObserved({ audit }: StoreContext, count: number, source: ChangeSource, at: number): void {
  const callId = source.kind === 'caller' ? source.evidence.callId : null;
  audit?.add({ callId, at, actor: source.kind, kind: 'attendance.observed', payload: { count } });
}
