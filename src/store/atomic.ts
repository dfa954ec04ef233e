import { DenwabanError } from '../errors.ts';
import type { Atomic } from './briefing-store.ts';
import type { Run } from './operation.ts';
import { TRANSACTION_TIMEOUT_MS, type Transact } from './transaction.ts';

/**
 * Makes the function that runs operations of several statements in transactions of their own. What the server lost
 * with the connection is run again: the operations recognise what they have done.
 */
export function createAtomic(run: Run, transact: Transact): Atomic {
  return async (name, work, { timeoutMs = TRANSACTION_TIMEOUT_MS, repeat = 'idempotent' } = {}) => {
    const attempt = async () => {
      try {
        return await transact(async ({ briefings }) => work(briefings), { timeoutMs });
      } catch (error) {
        throw underlying(error);
      }
    };
    return run(name, attempt, { timeoutMs, repeat });
  };
}

/** The failure inside an outage, by which it is judged whether another try may go through. */
function underlying(error: unknown): unknown {
  const outage = error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
  return outage && error.cause !== undefined ? error.cause : error;
}
