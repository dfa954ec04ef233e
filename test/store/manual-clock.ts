import type { Clock, Timer } from '../../src/lib/clock.ts';

interface Pending {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  readonly #epoch: number;
  #ms = 0;
  #pending: Pending[] = [];

  /** @param epoch wall time at the beginning, ms since the Unix epoch */
  constructor(epoch = 1_790_000_000_000) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  setTimer(ms: number, fire: () => void): Timer {
    const entry: Pending = { at: this.#ms + ms, fire };
    this.#pending.push(entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  /** Moves time on and fires what falls due, in order. */
  advance(ms: number): void {
    const until = this.#ms + ms;
    for (;;) {
      const next = this.#pending.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#pending = this.#pending.filter((entry) => entry !== next);
      this.#ms = next.at;
      next.fire();
    }
    this.#ms = until;
  }
}
