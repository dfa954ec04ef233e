import type { Kysely, KyselyPlugin, Transaction } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { pause, withDeadline } from '../lib/deadline.ts';
import { fullJitter } from '../lib/backoff.ts';
import type { Random } from '../lib/random.ts';
import type { ApiAnswers } from './api-ports.ts';
import { createApiAnswers } from './api-store.ts';
import type { AuditEntry, AuditSigner } from './audit-ports.ts';
import { AuditBook } from './audit/book.ts';
import type { BriefingStore } from './briefing-ports.ts';
import { createBriefingStore } from './briefing-store.ts';
import { createCallStore } from './call-store.ts';
import type { CommandStore } from './command-ports.ts';
import { createCommandStore } from './commands.ts';
import type { StoreContext } from './context.ts';
import { LostConnection, readFailure, sqlState } from './failure.ts';
import { createIdentityTries } from './identity-tries.ts';
import type { LeadStore } from './lead-ports.ts';
import { createLeadStore } from './leads.ts';
import { createRunner, unavailable } from './operation.ts';
import type { CallStore, IdentityTries } from './ports.ts';
import type { Database } from './schema.ts';
import { Turns } from './turns.ts';

/**
 * Longest transaction, in ms. It is also what ends the one deadlock the embedded engine knows: work that
 * waits, inside a transaction, for a statement outside of it.
 */
export const TRANSACTION_TIMEOUT_MS = 5_000;

/** Tries after the first when the server rolled a transaction back because of a rival. */
const MAX_RETRIES = 3;
const RETRY_BACKOFF = { baseMs: 20, capMs: 200 } as const;

/** Tries after the first when the connection or the server was lost before the commit: once, on a new connection. */
const MAX_MOVES = 1;

/**
 * Transactions at once in one process. Fewer than the pool has connections: a storm of changes must leave some for
 * the calls that ring.
 */
const MAX_AT_ONCE = 6;

/** The handles of an open transaction. All are dead once it has ended. */
export interface StoreTransaction {
  /** For statements of other modules; jobs are enqueued through it. */
  readonly trx: Transaction<Database>;
  /** The store's operations inside this transaction. */
  readonly calls: CallStore;
  readonly briefings: BriefingStore;
  readonly tries: IdentityTries;
  readonly answers: ApiAnswers;
  readonly leads: LeadStore;
  readonly commands: CommandStore;
  /** Notes what the audit has to know; it is stored with the transaction. */
  readonly audit: (entry: AuditEntry) => void;
  /** Notes that a call is over: its chain is closed with the transaction. */
  readonly endedCall: (callId: string, endedAt: number) => void;
  /** Closes a chain of the audit with the transaction. */
  readonly sealChain: (chain: string) => void;
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
  readonly audit: AuditSigner;
}

/**
 * Makes the function that runs work in a transaction. The work must use the handles it is given: a statement
 * beside them waits on the embedded engine until the transaction is over. It is repeated as a whole when the
 * server rolled it back for a rival's sake, and once when the server was lost before the commit was sent, so it must have
 * no effect but through the handles.
 *
 * The function rejects with DW_STORE_UNAVAILABLE when the deadline passes (the transaction is rolled back), no turn
 * comes within it, or the server fails, else with what the work threw. After an outage the transaction may have been
 * committed: whoever repeats it looks first for what it did.
 */
export function createTransact(parts: TransactParts): Transact {
  const turns = new Turns(MAX_AT_ONCE);
  return async (work, { timeoutMs = TRANSACTION_TIMEOUT_MS } = {}) => {
    let moves = 0;
    for (let attempt = 0; ; attempt += 1) {
      const reached = { commit: false };
      await turns.enter(parts.clock, timeoutMs, () => unavailable('transaction', 'too many at once'));
      try {
        return await once(parts, work, timeoutMs, reached);
      } catch (error) {
        const moved = !reached.commit && moves < MAX_MOVES && !isRivalry(error) && isMove(error);
        if (moved) moves += 1;
        const repeatable = moved || (isRivalry(error) && attempt < MAX_RETRIES);
        if (!repeatable) throw mapped(error);
      } finally {
        turns.leave();
      }
      await pause(parts.clock, fullJitter(RETRY_BACKOFF, attempt, parts.random));
    }
  };
}

async function once<T>(
  parts: TransactParts,
  work: (transaction: StoreTransaction) => Promise<T>,
  timeoutMs: number,
  reached: { commit: boolean },
): Promise<T> {
  const gate = new Gate();
  const book = new AuditBook(parts.audit, parts.clock);
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
      now: () => parts.clock.now(),
      claimTimeoutMs: parts.claimTimeoutMs,
      audit: book,
    };
    const handles = {
      trx: guarded,
      calls: createCallStore(context),
      briefings: createBriefingStore(context),
      tries: createIdentityTries(guarded),
      answers: createApiAnswers(context),
      leads: createLeadStore(context),
      commands: createCommandStore(context),
      audit: (entry: AuditEntry) => book.add(entry),
      endedCall: (callId: string, endedAt: number) => book.ended(callId, endedAt),
      sealChain: (chain: string) => book.seal(chain),
    };
    const audited = async (): Promise<T> => {
      const result = await work(handles);
      await book.write(context);
      return result;
    };
    try {
      const result = await withDeadline(parts.clock, timeoutMs, audited(), () =>
        unavailable(
          'transaction',
          `not finished within ${timeoutMs} ms: does its work wait for a statement outside of it?`,
        ),
      );
      reached.commit = true;
      return result;
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

/** The connection or the server was lost, and another one may be there at once. */
function isMove(error: unknown): boolean {
  const outage = error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
  if (outage ? error.cause === undefined : !isServers(error)) return false;
  const failure = readFailure(outage ? error.cause : error);
  return failure.kind === 'unavailable' && failure.retry;
}

/** A bare Error may be the work's own: only what is certainly the server's counts. */
function isServers(error: unknown): boolean {
  return (
    sqlState(error) !== null ||
    error instanceof LostConnection ||
    (error instanceof Error && 'syscall' in error)
  );
}

function mapped(error: unknown): unknown {
  return isServers(error) && readFailure(error).kind === 'unavailable'
    ? unavailable('transaction', 'the server failed', error)
    : error;
}
