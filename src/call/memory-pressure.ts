import type { Clock } from '../lib/clock.ts';

/** Memory of this process, as shares of what it may have: 1 is the end. */
export interface MemoryUse {
  /** Of the container, or of the machine. */
  readonly resident: number;
  /** Of the heap that the engine may use. */
  readonly heap: number;
}

/** A figure is good for this long, ms: many calls may ring at once. */
const FRESH_MS = 250;
/** Calls are taken again when memory has fallen this far below the limit, as a share: it goes up and down as garbage does. */
const RELIEF = 0.03;

/** Says when there is too little memory for one more call. The calls that live are not touched: they need what is left. */
export class MemoryPressure {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #read: () => MemoryUse;
  #share = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #short = false;

  /** @param limitPercent 100: never */
  constructor(clock: Clock, limitPercent: number, read: () => MemoryUse) {
    this.#clock = clock;
    this.#limit = limitPercent / 100;
    this.#read = read;
  }

  /** The larger share, of container or heap. */
  get share(): number {
    const now = this.#clock.monotonic();
    if (now - this.#readAt >= FRESH_MS) {
      const { resident, heap } = this.#read();
      this.#share = Math.max(resident, heap);
      this.#readAt = now;
    }
    return this.#share;
  }

  /** Whether new calls are to go elsewhere. */
  get short(): boolean {
    if (this.#limit >= 1) return false;
    this.#short = this.share > (this.#short ? this.#limit - RELIEF : this.#limit);
    return this.#short;
  }
}
