import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';

/** Lets in a limited number at once, the others in the order of their coming. */
export class Turns {
  readonly #max: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Waits for a place; who was let in must `leave`.
   *
   * @throws the error made by `onTimeout` when none is free within `ms`
   */
  async enter(clock: Clock, ms: number, onTimeout: () => Error): Promise<void> {
    if (this.#inside < this.#max) {
      this.#inside += 1;
      return;
    }
    const turn = new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
    try {
      await withDeadline(clock, ms, turn, onTimeout);
    } catch (error) {
      // The place comes nevertheless, and goes to the next in line.
      void turn.then(() => this.leave());
      throw error;
    }
  }

  /** The place of who leaves goes to the next in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside -= 1;
    else next();
  }
}
