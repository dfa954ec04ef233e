import type { Clock, Timer } from '../lib/clock.ts';
import type { TimerName } from './conversation.ts';

/** The timers of one call: one of each name at most. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #onFired: (name: TimerName) => void;
  readonly #running = new Map<TimerName, Timer>();

  constructor(clock: Clock, onFired: (name: TimerName) => void) {
    this.#clock = clock;
    this.#onFired = onFired;
  }

  /** Starts it anew if it is running. */
  start(name: TimerName, ms: number): void {
    this.#running.get(name)?.cancel();
    this.#running.set(
      name,
      this.#clock.setTimer(ms, () => {
        this.#running.delete(name);
        this.#onFired(name);
      }),
    );
  }

  stop(name: TimerName): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
