import type { Clock, Timer } from '../lib/clock.ts';

/** Looks for something regularly, and at once when something hints at it. Never twice at the same time. */
export class Poll {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #look: () => Promise<void>;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;
  /** Hinted at while it was looking: what came may have been missed. */
  #again = false;
  #closed = false;

  /** @param look may not reject: whoever looks knows what a failure means */
  constructor(clock: Clock, everyMs: number, look: () => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** Looks now, and from then on regularly. */
  async start(): Promise<void> {
    await (this.#looking ?? this.#begin());
    if (!this.#closed) this.#timer = this.#clock.setTimer(this.#everyMs, () => void this.start());
  }

  /** There may be something: looks now. The regular looks stay where they are. */
  hint(): void {
    if (this.#closed) return;
    if (this.#looking === null) void this.#begin();
    else this.#again = true;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #begin(): Promise<void> {
    this.#looking = this.#looks();
    return this.#looking;
  }

  async #looks(): Promise<void> {
    do {
      this.#again = false;
      await this.#look();
    } while (this.#again && !this.#closed);
    this.#looking = null;
  }
}
