import { DenwabanError } from '../errors.ts';
import type { Atomic } from './briefing-store.ts';
import { type Run, unavailable } from './operation.ts';
import { TRANSACTION_TIMEOUT_MS, type Transact } from './transaction.ts';

/**
 * Transactions of this kind at once in one process. Fewer than the pool has connections: a storm of changes must
 * leave some for the calls that ring.
 */
const MAX_AT_ONCE = 6;

/**
 * Makes the function that runs operations of several statements in transactions of their own. What the server lost
 * with the connection is run again: the operations recognise what they have done.
 */
export function createAtomic(run: Run, transact: Transact): Atomic {
  const turns = new Turns();
  return async (name, work, { timeoutMs = TRANSACTION_TIMEOUT_MS, repeat = 'idempotent' } = {}) =>
    run(
      name,
      async ({ late }) => {
        await turns.enter();
        try {
          if (late()) throw unavailable(name, 'its deadline passed before its turn came');
          return await transact(async ({ briefings }) => work(briefings), { timeoutMs });
        } catch (error) {
          throw underlying(error);
        } finally {
          turns.leave();
        }
      },
      { timeoutMs, repeat },
    );
}

/** Lets in a limited number at once, the others in the order of their coming. */
class Turns {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  async enter(): Promise<void> {
    if (this.#inside >= MAX_AT_ONCE) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else {
      this.#inside += 1;
    }
  }

  /** The place of who leaves goes to the next in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside -= 1;
    else next();
  }
}

/** The failure inside an outage, by which it is judged whether another try may go through. */
function underlying(error: unknown): unknown {
  const outage = error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
  return outage && error.cause !== undefined ? error.cause : error;
}
