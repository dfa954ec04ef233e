import { sql } from 'kysely';
import type { Promotion } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { noteChange } from './history.ts';
import { lockSlots } from './seats.ts';

/**
 * Gives the free seats of a slot to who waits for it, in the order of the waiting list: seat, registration, history
 * and outbox events in one statement. A slot that is closed or has begun promotes nobody. The slot must be locked.
 */
export async function promote(context: StoreContext, slotId: string, at: number): Promise<Promotion[]> {
  const { rows } = await sql<{ registration_id: string; applicant_id: string; version: number }>`
    with chosen as (
      select registration_id, waiting_number from registrations
      where slot_id = ${slotId} and status = 'waiting' and exists (
        select 1 from slots where slot_id = ${slotId} and open and starts_at > ${new Date(at)})
      order by waiting_number
      limit (select capacity - taken from slots where slot_id = ${slotId})
    ), seated as (
      update slots set taken = taken + (select count(*) from chosen)
      where slot_id = ${slotId} and exists (select 1 from chosen)
    ), next as (
      update registrations set version = version + 1, status = 'attending', waiting_number = null,
        reason = null, expected_arrival_at = null, callback_at = null, changed_at = ${new Date(at)}
      from chosen where registrations.registration_id = chosen.registration_id
      returning registrations.*, chosen.waiting_number as had_number
    ), entry as (
      insert into registration_events (registration_id, version, kind, source, from_status, from_slot_id,
        to_status, to_slot_id, actual, at)
      select registration_id, version, 'promoted', 'system', 'waiting', slot_id, status, slot_id, actual,
        changed_at
      from next
    ), outbox as (
      insert into outbox_events (event_id, kind, payload)
      select kind || ':' || registration_id || ':' || version, kind,
        jsonb_build_object('registrationId', registration_id, 'version', version)
      from (select * from next order by had_number) ordered,
        unnest(array['attendance.changed', 'attendance.promoted']) as kind
    )
    select registration_id, applicant_id, version from next order by had_number`.execute(context.db);
  for (const { registration_id: registrationId, version } of rows)
    noteChange(context, { registrationId, version }, { kind: 'system' }, at);
  return rows.map((row) => ({
    registrationId: row.registration_id,
    applicantId: row.applicant_id,
    slotId,
    version: row.version,
  }));
}

/** `promote` after locking the slot. */
export async function promoteWaiting(
  context: StoreContext,
  slotId: string,
  at: number,
): Promise<Promotion[]> {
  return context.run('promoteWaiting', async () => {
    await lockSlots(context, sql`select ${slotId}::text`);
    return promote(context, slotId, at);
  });
}
