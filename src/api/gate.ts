import { ApiProblem } from './problem.ts';

/** Requests at work at once. The telephone needs the other connections of the store. */
const MAX_AT_WORK = 4;
/** Requests that wait for their turn; the next one is told to come back. */
const MAX_WAITING = 64;
const RETRY_AFTER_SECONDS = 1;

/** Lets a few requests work at once, the others in the order of their coming. */
export class Gate {
  #atWork = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws ApiProblem unavailable when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#atWork -= 1;
      else next();
    }
  }

  async #enter(): Promise<void> {
    if (this.#atWork < MAX_AT_WORK) {
      this.#atWork += 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new ApiProblem('unavailable', {
        detail: 'too many requests at once',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
