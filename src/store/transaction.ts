import type { Kysely, KyselyPlugin, Transaction } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { pause, withDeadline } from '../lib/deadline.ts';
import { fullJitter } from '../lib/backoff.ts';
import type { Random } from '../lib/random.ts';
import type { BriefingStore } from './briefing-ports.ts';
import { createBriefingStore } from './briefing-store.ts';
import { createCallStore } from './call-store.ts';
import type { StoreContext } from './context.ts';
import { readFailure, sqlState } from './failure.ts';
import { createRunner, unavailable } from './operation.ts';
import type { CallStore } from './ports.ts';
import type { Database } from './schema.ts';

/**
 * Longest transaction, in ms. It is also what ends the one deadlock the embedded engine knows: work that
 * waits, inside a transaction, for a statement outside of it.
 */
export const TRANSACTION_TIMEOUT_MS = 5_000;

/** Tries after the first when the server rolled a transaction back because of a rival. */
const MAX_RETRIES = 3;
const RETRY_BACKOFF = { baseMs: 20, capMs: 200 } as const;

/** The handles of an open transaction. All are dead once it has ended. */
export interface StoreTransaction {
  /** For statements of other modules; jobs are enqueued through it. */
  readonly trx: Transaction<Database>;
  /** The store's operations inside this transaction. */
  readonly calls: CallStore;
  readonly briefings: BriefingStore;
}

/** Runs `work` in one transaction: see `createTransact`. */
export type Transact = <T>(
  work: (transaction: StoreTransaction) => Promise<T>,
  options?: {
    /** Longest transaction, in ms. Default: `TRANSACTION_TIMEOUT_MS`. */
    readonly timeoutMs?: number;
  },
) => Promise<T>;

export interface TransactParts {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly random: Random;
  readonly claimTimeoutMs: number;
}

/**
 * Makes the function that runs work in a transaction. The work must use the handles it is given: a statement
 * beside them waits on the embedded engine until the transaction is over. It is repeated as a whole when the
 * server rolled it back for a rival's sake, so it must have no effect but through the handles.
 *
 * The function rejects with DW_STORE_UNAVAILABLE when the deadline passes (the transaction is rolled back)
 * or the server fails, else with what the work threw.
 */
export function createTransact(parts: TransactParts): Transact {
  return async (work, { timeoutMs = TRANSACTION_TIMEOUT_MS } = {}) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once(parts, work, timeoutMs);
      } catch (error) {
        const repeatable = isRivalry(error) && attempt < MAX_RETRIES;
        if (!repeatable) throw mapped(error);
        await pause(parts.clock, fullJitter(RETRY_BACKOFF, attempt, parts.random));
      }
    }
  };
}

async function once<T>(
  parts: TransactParts,
  work: (transaction: StoreTransaction) => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  const gate = new Gate();
  return parts.db.transaction().execute(async (trx) => {
    const guarded = trx.withPlugin(gate);
    const context: StoreContext = {
      db: guarded,
      run: createRunner({
        clock: parts.clock,
        random: parts.random,
        repeat: 'never',
        onDone: () => {},
      }),
      random: parts.random,
      claimTimeoutMs: parts.claimTimeoutMs,
    };
    const handles = {
      trx: guarded,
      calls: createCallStore(context),
      briefings: createBriefingStore(context),
    };
    try {
      return await withDeadline(parts.clock, timeoutMs, work(handles), () =>
        unavailable(
          'transaction',
          `not finished within ${timeoutMs} ms: does its work wait for a statement outside of it?`,
        ),
      );
    } finally {
      gate.close();
    }
  });
}

/** Refuses statements of work that goes on after its transaction has ended. */
class Gate implements KyselyPlugin {
  #open = true;

  close(): void {
    this.#open = false;
  }

  transformQuery(
    args: Parameters<KyselyPlugin['transformQuery']>[0],
  ): ReturnType<KyselyPlugin['transformQuery']> {
    if (!this.#open) throw new TypeError('a statement was sent through a transaction that has ended');
    return args.node;
  }

  async transformResult(
    args: Parameters<KyselyPlugin['transformResult']>[0],
  ): ReturnType<KyselyPlugin['transformResult']> {
    return args.result;
  }
}

/** Serialization failure, deadlock or a lock that was not to be had, also as the cause of an operation's error. */
function isRivalry(error: unknown): boolean {
  const state = sqlState(error instanceof DenwabanError ? error.cause : error);
  return state === '40001' || state === '40P01' || state === '55P03';
}

function mapped(error: unknown): unknown {
  // A bare Error may be the work's own, so only what is certainly the server's is renamed.
  const isServer = sqlState(error) !== null || (error instanceof Error && 'syscall' in error);
  return isServer && readFailure(error).kind === 'unavailable'
    ? unavailable('transaction', 'the server failed', error)
    : error;
}
