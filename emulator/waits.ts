import { systemClock } from '../src/lib/clock.ts';

/** How long a wait lasts when the caller names no time. Real time, so that a stopped clock still fails a test. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** Conditions that are looked at again whenever something has happened. */
export class Waits {
  readonly #waiting = new Set<() => void>();

  /** Something has happened: every waiting condition is looked at, in the order in which they came. */
  poke(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves with the first value of `probe` that is not null.
   *
   * @throws {Error} after `timeoutMs` of real time, with what `seen` says then
   */
  until<T>(probe: () => T | null, seen: () => string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        this.#waiting.delete(look);
      };
      const look = (): void => {
        const value = probe();
        if (value === null) return;
        stop();
        resolve(value);
      };
      const timer = systemClock.setTimer(timeoutMs, () => {
        stop();
        reject(new Error(`waited ${timeoutMs} ms in vain; seen: ${seen()}`));
      });
      this.#waiting.add(look);
      look();
    });
  }
}
