import { sql } from 'kysely';
import type { Registration } from '../../briefing/registration.ts';
import type { SlotSeats } from '../../briefing/slot.ts';
import type { StoreContext } from '../context.ts';
import type { RegistrationsTable } from './tables.ts';
import { SLOT_COLUMNS, type SlotRow, toRegistration, toSlot } from './rows.ts';

/** A locked slot, and whether its briefing can be attended online. */
export interface LockedSlot extends SlotSeats {
  readonly onlineOffered: boolean;
}

/** A registration and the slots that matter to its change, all locked until the transaction ends. */
export interface LockedRegistration {
  readonly registration: Registration;
  readonly slots: ReadonlyMap<string, LockedSlot>;
}

/**
 * How often the locks are taken anew when the registration was moved meanwhile. A registration that is moved that
 * often within milliseconds is not being used by people.
 */
const MAX_LOOKS = 5;

/**
 * Locks the slot of a registration, another one if named, then the registration. Whoever changes a registration holds
 * the lock of its slot, and slots are locked in the order of their ids: so the changes of a slot happen one after the
 * other, and its waiting list can be served without a deadlock.
 */
export async function lockRegistration(
  context: StoreContext,
  registrationId: string,
  otherSlotId: string | null,
): Promise<LockedRegistration | null> {
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const slots = await lockSlots(
      context,
      sql`select slot_id from registrations where registration_id = ${registrationId}
        union all select ${otherSlotId}::text`,
    );
    const { rows } = await sql<RegistrationsTable>`
      select * from registrations where registration_id = ${registrationId} for no key update`.execute(
      context.db,
    );
    const row = rows[0];
    if (row === undefined) return null;
    if (slots.has(row.slot_id)) return { registration: toRegistration(row), slots };
  }
  throw new Error('a registration was moved faster than it could be locked');
}

/** Locks the slots whose ids `which` selects, in the order of their ids. */
export async function lockSlots(
  context: StoreContext,
  which: ReturnType<typeof sql>,
): Promise<ReadonlyMap<string, LockedSlot>> {
  const { rows } = await sql<SlotRow & { online_offered: boolean }>`
    select ${SLOT_COLUMNS}, briefings.online_url is not null as online_offered
    from slots join briefings using (briefing_id)
    where slots.slot_id in (${which})
    order by slots.slot_id
    for no key update of slots`.execute(context.db);
  return new Map(
    rows.map((row) => [row.slot_id, { ...toSlot(row), onlineOffered: row.online_offered }] as const),
  );
}

/** Takes one seat. @returns false when there is none, and then nothing has changed */
export async function takeSeat(context: StoreContext, slotId: string): Promise<boolean> {
  const { rows } = await sql`
    update slots set taken = taken + 1
    where slot_id = ${slotId} and (capacity is null or taken < capacity)
    returning taken`.execute(context.db);
  return rows.length === 1;
}

/** Gives one seat back. */
export async function freeSeat(context: StoreContext, slotId: string): Promise<void> {
  await sql`update slots set taken = taken - 1 where slot_id = ${slotId}`.execute(context.db);
}
