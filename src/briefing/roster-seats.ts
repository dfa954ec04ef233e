import { holdsSeat } from './attendance-status.ts';
import type { RosterEntry } from './roster-plan.ts';
import type { SlotSeats } from './slot.ts';

/**
 * Refuses the last entries that take seats in a slot until every slot has enough. Refusing one that comes from another
 * slot keeps its seat there taken, so a slot may become too full by it: it is looked at again.
 */
export function refuseOverfull(slots: readonly SlotSeats[], entries: readonly RosterEntry[]): RosterEntry[] {
  const result = [...entries];
  const excess = new Map(slots.map((slot) => [slot.slotId, slot.taken - (slot.capacity ?? Infinity)]));
  const add = (slotId: string | null, more: number): void => {
    if (slotId !== null) excess.set(slotId, (excess.get(slotId) ?? 0) + more);
  };
  const takers = new Map<string, number[]>();
  for (const [index, entry] of entries.entries()) {
    const takes = seatTaken(entry);
    if (takes === null) continue;
    add(takes, 1);
    add(seatFreed(entry), -1);
    const others = takers.get(takes);
    if (others === undefined) takers.set(takes, [index]);
    else others.push(index);
  }

  const overfull = (): string | undefined =>
    [...excess].find(([slotId, over]) => over > 0 && (takers.get(slotId)?.length ?? 0) > 0)?.[0];
  for (let slotId = overfull(); slotId !== undefined; slotId = overfull()) {
    const index = takers.get(slotId)?.pop();
    const entry = index === undefined ? undefined : result[index];
    if (index === undefined || entry === undefined) break;
    result[index] = { verdict: 'refused', line: entry.line, reason: 'slot_full' };
    add(slotId, -1);
    add(seatFreed(entry), 1);
  }
  return result;
}

/** The slot in which an entry takes a seat that its registration did not have. */
function seatTaken(entry: RosterEntry): string | null {
  if (entry.verdict === 'new') return holdsSeat(entry.status) ? entry.slotId : null;
  return entry.verdict === 'changed' ? entry.toSlotId : null;
}

/** The slot in which an entry gives a seat up. */
function seatFreed(entry: RosterEntry): string | null {
  return entry.verdict === 'changed' && entry.toSlotId !== null ? entry.registration.slotId : null;
}
