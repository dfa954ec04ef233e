import { fullJitter } from '../../../src/lib/backoff.ts';
import { pause, withDeadline } from '../../../src/lib/deadline.ts';
import { DenwabanError } from '../../../src/errors.ts';
import { createAtomic } from '../../../src/store/atomic.ts';
import type { AuditEntry, AuditSigner } from '../../../src/store/audit-ports.ts';
import { auditedCalls } from '../../../src/store/call-store.ts';
import { LostConnection, readFailure, sqlState } from '../../../src/store/failure.ts';
import { createRunner, unavailable } from '../../../src/store/operation.ts';
import type { CallStore } from '../../../src/store/ports.ts';
import { TRANSACTION_TIMEOUT_MS, type Transact } from '../../../src/store/transaction.ts';
import { Turns } from '../../../src/store/turns.ts';
import type { ToolTransaction } from '../../../src/tools/tool.ts';
import type { Host } from '../host.ts';
import { writeAudit, type Note } from './audit-statement.ts';
import { createModelCalls, type Execute, type ModelContext } from './calls.ts';
import type { StoreConnection } from './connection.ts';

/** As src/store/transaction.ts has them. */
const MAX_RETRIES = 3;
const RETRY_BACKOFF = { baseMs: 20, capMs: 200 } as const;
const MAX_MOVES = 1;
const MAX_AT_ONCE = 6;

/** What a transaction of the model hands out: statements of other models go through `execute`. */
export interface ModelTransaction extends Pick<ToolTransaction, 'calls' | 'audit'> {
  readonly trx: { readonly execute: Execute };
}

export type ModelTransact = <T>(
  work: (transaction: ModelTransaction) => Promise<T>,
  options?: { readonly timeoutMs?: number },
) => Promise<T>;

/** A process's store: the ports, as src/store/open.ts puts them together. */
export interface ModelStore {
  readonly calls: CallStore;
  readonly transact: ModelTransact;
}

export interface ModelStoreParts {
  readonly host: Host;
  readonly connection: StoreConnection;
  readonly signer: AuditSigner;
  /** Deadline for storing a ringing call, ms. */
  readonly claimTimeoutMs: number;
}

/**
 * The store over the model of its server. What stands between a caller and the SQL is the real thing: deadlines,
 * repetition and what counts as an outage (operation.ts), operations in transactions of their own (atomic.ts,
 * call-store.ts). The frame of a transaction is written again here, as Kysely's cannot be had without a database.
 */
export function createModelStore(parts: ModelStoreParts): ModelStore {
  const { host, connection, claimTimeoutMs } = parts;
  const runner = { clock: host.clock, random: host.chance, onDone: () => {} };
  const run = createRunner({ ...runner, repeat: 'idempotent' });
  const common = { random: host.chance, now: () => host.clock.now(), claimTimeoutMs };
  const plain = createModelCalls({
    ...common,
    run,
    notes: null,
    execute: (statement) => connection.execute(statement, null),
  });
  const turns = new Turns(MAX_AT_ONCE);
  const inTransaction = { ...common, run: createRunner({ ...runner, repeat: 'never' }) };

  const transact: ModelTransact = async (work, { timeoutMs = TRANSACTION_TIMEOUT_MS } = {}) => {
    let moves = 0;
    for (let attempt = 0; ; attempt += 1) {
      const reached = { commit: false };
      await turns.enter(host.clock, timeoutMs, () => unavailable('transaction', 'too many at once'));
      try {
        return await once(parts, inTransaction, work, timeoutMs, reached);
      } catch (error) {
        const moved = !reached.commit && moves < MAX_MOVES && !isRivalry(error) && isMove(error);
        if (moved) moves += 1;
        if (!moved && (!isRivalry(error) || attempt >= MAX_RETRIES)) throw mapped(error);
      } finally {
        turns.leave();
      }
      await pause(host.clock, fullJitter(RETRY_BACKOFF, attempt, host.chance));
    }
  };
  // The operations of a call use of a transaction what the model has of it.
  const atomic = createAtomic(run, transact as unknown as Transact);
  return { calls: auditedCalls(plain, atomic, claimTimeoutMs), transact };
}

async function once<T>(
  { host, connection, signer }: ModelStoreParts,
  common: Omit<ModelContext, 'execute' | 'notes'>,
  work: (transaction: ModelTransaction) => Promise<T>,
  timeoutMs: number,
  reached: { commit: boolean },
): Promise<T> {
  const transaction = await connection.begin();
  let open = true;
  const execute: Execute = async (statement) => {
    if (!open) throw new TypeError('a statement was sent through a transaction that has ended');
    return connection.execute(statement, transaction);
  };
  const notes: Note[] = [];
  const handles: ModelTransaction = {
    calls: createModelCalls({ ...common, execute, notes }),
    audit: (entry: AuditEntry) => void notes.push({ entry, last: false }),
    trx: { execute },
  };
  const audited = async (): Promise<T> => {
    const result = await work(handles);
    if (notes.length > 0) await execute(writeAudit(notes, signer, host.clock.now()));
    return result;
  };
  try {
    const result = await withDeadline(host.clock, timeoutMs, audited(), () =>
      unavailable('transaction', `not finished within ${timeoutMs} ms`),
    );
    open = false;
    reached.commit = true;
    await connection.commit(transaction);
    return result;
  } catch (error) {
    open = false;
    connection.rollback(transaction);
    throw error;
  }
}

function isRivalry(error: unknown): boolean {
  const state = sqlState(error instanceof DenwabanError ? error.cause : error);
  return state === '40001' || state === '40P01' || state === '55P03';
}

/** The connection was lost before the commit was sent: another one may be there at once. */
function isMove(error: unknown): boolean {
  const failure = readFailure(error instanceof DenwabanError ? error.cause : error);
  return failure.kind === 'unavailable' && failure.retry;
}

function mapped(error: unknown): unknown {
  return sqlState(error) !== null || error instanceof LostConnection
    ? unavailable('transaction', 'the server failed', error)
    : error;
}
