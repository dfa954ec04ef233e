/** Retries that may wait in reserve: a short disturbance of a few calls is repaired at once. */
const RESERVE = 10;
/** What each request earns for retries: a tenth, so that they never add more than that to a load that is too much already. */
const EARNED = 0.1;

/** Bounds how many requests are repeated, over all who share it. */
export class RetryBudget {
  #tokens = RESERVE;

  /** A request was made for the first time. */
  earn(): void {
    this.#tokens = Math.min(RESERVE, this.#tokens + EARNED);
  }

  /** Takes one retry out of the budget. @returns whether there was one */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** The other side answers again: there is no reason to hold back any more. */
  refill(): void {
    this.#tokens = RESERVE;
  }
}
