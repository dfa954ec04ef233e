import type { Briefing } from '../briefing/briefing.ts';
import type { Slot } from '../briefing/slot.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { RowError, textKey } from './cells.ts';
import type { SlotWish } from './read-slot.ts';
import { writeSlot } from './slot-text.ts';
import { tokyoInstant } from '../briefing/spoken-calendar.ts';

/** How slots that do not exist yet are made. */
export interface SlotMaking {
  /** Length of a slot whose end is not written, in minutes. */
  readonly minutes: number;
  newId(): string;
}

/** Minutes. A slot that ends before it starts ends on the next day. */
const DAY_MINUTES = 24 * 60;

/** Finds the slots that rows ask for, and plans those that are missing when it may. */
export class SlotFinder {
  readonly #briefing: Briefing;
  readonly #slots: Slot[];
  readonly #making: SlotMaking | null;
  readonly #created: Slot[] = [];

  /** @param making null: nothing is created */
  constructor(briefing: Briefing, slots: readonly Slot[], making: SlotMaking | null) {
    this.#briefing = briefing;
    this.#slots = [...slots];
    this.#making = making;
  }

  /** Slots to be created, in the order of their first rows. */
  get created(): readonly Slot[] {
    return this.#created;
  }

  /**
   * The one slot that fits what the row says.
   *
   * @throws RowError when none fits and none may be created, or when several fit
   */
  find(wish: SlotWish): Slot {
    const found = this.#slots.filter((slot) => this.#fits(slot, wish));
    const [slot, ...more] = found;
    if (slot !== undefined && more.length === 0) return this.#checked(slot, wish);
    if (slot !== undefined)
      throw new RowError(
        `several slots fit: ${found.map(writeSlot).join('; ')}; add time, place or オンライン`,
      );
    if (wish.slotId !== null) throw new RowError(`the briefing has no slot with the id 「${wish.slotId}」`);
    const { day, from } = wish;
    if (day === null || from === null)
      throw new RowError(`no slot on ${day ?? 'that day'}; to create one, its time must be written`);
    if (this.#making === null) {
      const asked = writeSlot(this.#made(wish, day, from, { minutes: 0, newId: () => '' })).replace(
        /-\d\d:\d\d/u,
        '',
      );
      throw new RowError(`no slot on ${asked}; --create-slots creates it`);
    }
    const made = this.#made(wish, day, from, this.#making);
    this.#slots.push(made);
    this.#created.push(made);
    return made;
  }

  #fits(slot: Slot, wish: SlotWish): boolean {
    if (wish.slotId !== null) return slot.slotId === wish.slotId;
    const { day, from, mode, place } = wish;
    if (day === null || (mode !== null && mode !== slot.mode)) return false;
    if (place !== null && mode !== 'online' && this.#isElsewhere(slot, place)) return false;
    return from === null ? tokyoTime(slot.startsAt).day === day : slot.startsAt === tokyoInstant(day, from);
  }

  /** Who comes to a place does not attend online; a slot whose place is not written may be anywhere. */
  #isElsewhere(slot: Slot, place: string): boolean {
    const where = slot.place ?? (slot.mode === 'online' ? null : this.#briefing.place);
    return where === null ? slot.mode === 'online' : textKey(place) !== textKey(where);
  }

  /** Rows may name the seats of a slot that is being created; they must agree. */
  #checked(slot: Slot, wish: SlotWish): Slot {
    const created = this.#created.includes(slot);
    if (created && wish.capacity !== null && wish.capacity !== slot.capacity)
      throw new RowError(
        `capacity: ${wish.capacity}, but an earlier row says ${slot.capacity ?? 'no limit'}`,
      );
    return slot;
  }

  #made(wish: SlotWish, day: string, from: number, making: SlotMaking): Slot {
    const { to, mode, place, capacity } = wish;
    const end = to === null ? from + making.minutes : to > from ? to : to + DAY_MINUTES;
    const usual = place !== null && textKey(place) === textKey(this.#briefing.place ?? '');
    return {
      slotId: making.newId(),
      briefingId: this.#briefing.briefingId,
      startsAt: tokyoInstant(day, from),
      endsAt: tokyoInstant(day, end),
      mode: mode ?? 'on_site',
      place: usual || mode === 'online' ? null : place,
      capacity,
      open: true,
    };
  }
}
