import type { Clock, Timer } from '../../src/lib/clock.ts';

/** Time moves on in steps of this many real ms. */
const STEP_MS = 4;

/**
 * Longest real time that one step counts, ms: a process that was held up finds its time held up too. A busy machine
 * wakes a process a few steps late all the time, which still counts.
 */
const LONGEST_STEP_MS = 5 * STEP_MS;

interface Waiting extends Timer {
  readonly due: number;
  readonly fire: () => void;
}

/**
 * A clock that runs `speed` times faster than the machine's, so that a minute on the telephone passes in seconds.
 *
 * It starts with the wall time of the machine and gets ahead of it. Signatures of webhooks are compared with the
 * machine's own time and may be five minutes off, so one clock should not serve more than that.
 *
 * Between two steps time stands still and the process can do its work; what stops the process stops this clock too.
 * Deadlines therefore hold as in real time, however fast the clock is and however slow the machine.
 */
export class FastClock implements Clock {
  readonly #speed: number;
  readonly #wallStart = Date.now();
  readonly #waiting = new Set<Waiting>();
  readonly #steps: NodeJS.Timeout;
  #elapsed = 0;
  #lastStep = performance.now();

  /** @param speed 1 is the machine's own time */
  constructor(speed: number) {
    this.#speed = speed;
    this.#steps = setInterval(() => this.#step(), STEP_MS);
    this.#steps.unref();
  }

  now(): number {
    return this.#wallStart + Math.floor(this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(ms: number, fire: () => void): Timer {
    const timer: Waiting = {
      due: this.#elapsed + Math.max(0, ms),
      fire,
      cancel: () => void this.#waiting.delete(timer),
    };
    this.#waiting.add(timer);
    return timer;
  }

  /** Stands still from now on. */
  stop(): void {
    clearInterval(this.#steps);
  }

  #step(): void {
    const now = performance.now();
    const passed = Math.min(now - this.#lastStep, LONGEST_STEP_MS);
    this.#lastStep = now;
    const end = this.#elapsed + passed * this.#speed;
    const due = [...this.#waiting].filter((timer) => timer.due <= end).toSorted((a, b) => a.due - b.due);
    for (const timer of due) {
      // A timer that fired before may have cancelled this one.
      if (!this.#waiting.delete(timer)) continue;
      this.#elapsed = Math.max(this.#elapsed, timer.due);
      timer.fire();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }
}
