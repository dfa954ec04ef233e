import { sql } from 'kysely';
import type { Slot, SlotSeats } from '../../briefing/slot.ts';
import type { PutSlotResult } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable, storableOrNull } from '../text.ts';
import { noteEdit } from './audit-edits.ts';
import { promote } from './promote.ts';
import { SLOT_COLUMNS, type SlotRow, toSlot } from './rows.ts';

/** Stores a slot, inside a transaction. */
export async function putSlot(context: StoreContext, slot: Slot, at: number): Promise<PutSlotResult> {
  const slotId = storable(slot.slotId);
  return context.run('putSlot', async () => {
    const { rows } = await sql`
      insert into slots (slot_id, briefing_id, starts_at, ends_at, mode, place, capacity, open)
      select ${slotId}::text, briefing_id, ${new Date(slot.startsAt)}::timestamptz,
        ${new Date(slot.endsAt)}::timestamptz, ${slot.mode}::text, ${storableOrNull(slot.place)}::text,
        ${slot.capacity}::integer, ${slot.open}::boolean
      from briefings where briefing_id = ${storable(slot.briefingId)}
      on conflict (slot_id) do update
        set starts_at = excluded.starts_at, ends_at = excluded.ends_at, mode = excluded.mode,
          place = excluded.place, capacity = excluded.capacity, open = excluded.open
        where slots.briefing_id = excluded.briefing_id
          and (excluded.capacity is null or excluded.capacity >= slots.taken)
      returning slot_id`.execute(context.db);
    if (rows.length === 0) return refusal(context, slot);
    const promoted = await promote(context, slotId, at);
    const stored = await readSlot(context, slotId);
    if (stored === null) throw new RangeError('a slot that was just stored is gone');
    noteEdit(context, 'slot.stored', { slot_id: slotId, briefing_id: stored.briefingId });
    return { outcome: 'stored', slot: stored, promoted };
  });
}

/** Either the briefing is unknown, or the slot stands (perhaps in another briefing) with more seats taken. */
async function refusal(context: StoreContext, slot: Slot): Promise<PutSlotResult> {
  const standing = await readSlot(context, storable(slot.slotId));
  return standing === null || standing.briefingId !== slot.briefingId
    ? { outcome: 'not_found', what: 'briefing' }
    : { outcome: 'below_taken', slot: standing };
}

export async function getSlot(context: StoreContext, slotId: string): Promise<SlotSeats | null> {
  return context.run('getSlot', async () => readSlot(context, storable(slotId)));
}

export async function listSlots(
  context: StoreContext,
  briefingId: string,
  from: number | null,
): Promise<SlotSeats[]> {
  return context.run('listSlots', async () => {
    const { rows } = await sql<SlotRow>`
      select ${SLOT_COLUMNS} from slots
      where briefing_id = ${storable(briefingId)} and starts_at > ${
        from === null ? sql`'-infinity'::timestamptz` : new Date(from)
      }
      order by starts_at, slot_id`.execute(context.db);
    return rows.map(toSlot);
  });
}

async function readSlot(context: StoreContext, slotId: string): Promise<SlotSeats | null> {
  const { rows } = await sql<SlotRow>`
    select ${SLOT_COLUMNS} from slots where slot_id = ${slotId}`.execute(context.db);
  return rows[0] === undefined ? null : toSlot(rows[0]);
}
