import { DenwabanError } from '../errors.ts';
import { type Attempt, type Repeat, type Run, unavailable } from './operation.ts';
import { type StoreTransaction, TRANSACTION_TIMEOUT_MS, type Transact } from './transaction.ts';

/** Runs an operation in a transaction of its own, and again when its answer was lost. */
export type Atomic = <T>(
  name: string,
  work: (transaction: StoreTransaction, attempt: Attempt) => Promise<T>,
  options?: { readonly timeoutMs?: number; readonly repeat?: Repeat },
) => Promise<T>;

/**
 * Makes the function that runs operations of several statements in transactions of their own. What the server lost
 * with the connection is run again: the operations recognise what they have done.
 */
export function createAtomic(run: Run, transact: Transact): Atomic {
  return async (name, work, { timeoutMs = TRANSACTION_TIMEOUT_MS, repeat = 'idempotent' } = {}) =>
    run(
      name,
      async (attempt) => {
        try {
          return await transact(
            async (transaction) => {
              if (attempt.late()) throw unavailable(name, 'its deadline passed before its turn came');
              return work(transaction, attempt);
            },
            { timeoutMs },
          );
        } catch (error) {
          throw underlying(error);
        }
      },
      { timeoutMs, repeat },
    );
}

/** The failure inside an outage, by which it is judged whether another try may go through. */
function underlying(error: unknown): unknown {
  const outage = error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
  return outage && error.cause !== undefined ? error.cause : error;
}
