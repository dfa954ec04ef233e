/** How long it counts, ms. */
export const RATE_WINDOW_MS = 60 * 60_000;
/** Numbers remembered: an hour of a very busy line. The one that called longest ago is forgotten first. */
const MAX_NUMBERS = 10_000;

/** Counts what happens to each number in an hour, in memory: for what may begin anew with the process. */
export class CallerRate {
  readonly #calls = new Map<string, number[]>();

  /** How often it happened to this number in the hour before `now`. */
  recent(number: string, now: number): number {
    return this.#within(number, now).length;
  }

  /** Counts once. */
  add(number: string, now: number): void {
    const times = [...this.#within(number, now), now];
    this.#calls.delete(number);
    this.#calls.set(number, times);
    if (this.#calls.size <= MAX_NUMBERS) return;
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest);
      return;
    }
  }

  #within(number: string, now: number): number[] {
    return (this.#calls.get(number) ?? []).filter((at) => at > now - RATE_WINDOW_MS);
  }
}
