/** Times of slots are instants; they are read, said and typed in this zone. */
export const SLOT_TIME_ZONE = 'Asia/Tokyo';

/** How a slot is attended. */
export type SlotMode = 'on_site' | 'online';

/** One date of a briefing (日程枠), as the team plans it. */
export interface Slot {
  readonly slotId: string;
  readonly briefingId: string;
  /** Ms since the Unix epoch. */
  readonly startsAt: number;
  /** Ms since the Unix epoch, later than `startsAt`. */
  readonly endsAt: number;
  readonly mode: SlotMode;
  /** Place of this slot when it is not the briefing's. */
  readonly place: string | null;
  /** Seats; null: as many as come. */
  readonly capacity: number | null;
  /** Whether registrations may be moved into the slot. */
  readonly open: boolean;
}

/** A slot with its occupation. */
export interface SlotSeats extends Slot {
  /** Registrations that hold a seat: 0 to `capacity`. */
  readonly taken: number;
  /** Seats left; null: no limit. */
  readonly free: number | null;
  /** Length of the waiting list. */
  readonly waiting: number;
}
