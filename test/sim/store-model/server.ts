import type { Scheduler, Task } from '../scheduler.ts';
import { WALL } from '../host.ts';
import { newTables, Overlay, type Tables } from './tables.ts';

/** What a statement sees. */
export interface View {
  readonly tables: Tables;
  /** clock_timestamp() of the server, ms. */
  readonly now: number;
  /** Whether a transaction holds the row: what SKIP LOCKED asks. */
  isLocked(lock: string): boolean;
}

/** One SQL statement: the rows it locks, and what it does, in one go. */
export interface Statement<T> {
  readonly name: string;
  /** A function: which ones shows only when it runs. */
  readonly locks: readonly string[] | ((tables: Tables) => readonly string[]);
  run(view: View): T;
}

/** As src/store/postgres.ts sets it, ms. */
const LOCK_TIMEOUT_MS = 400;
const IDLE_IN_TRANSACTION_MS = 2_000;

interface Waiting {
  readonly transaction: Transaction | null;
  readonly statement: Statement<unknown>;
  readonly done: (result: Result) => void;
  readonly timer: Task;
}

/** How a statement ended. */
export type Result = { readonly value: unknown } | { readonly error: Error };

/** An open transaction on the server. */
export class Transaction {
  readonly overlay: Overlay;
  readonly locks = new Set<string>();
  open = true;
  lastStatement = 0;

  constructor(base: Tables) {
    this.overlay = new Overlay(base);
  }
}

/**
 * The database server: committed rows, row locks held by open transactions (READ COMMITTED), its own clock. It knows
 * nothing of networks: see `connection.ts`. It outlives every process.
 */
export class StoreServer {
  readonly tables = newTables();
  readonly #scheduler: Scheduler;
  readonly #skewMs: number;
  readonly #locks = new Map<string, Transaction>();
  #waiting: Waiting[] = [];
  readonly open = new Set<Transaction>();
  /** Told after every commit. */
  onCommit: (name: string) => void = () => {};

  constructor(scheduler: Scheduler, skewMs: number) {
    this.#scheduler = scheduler;
    this.#skewMs = skewMs;
  }

  get now(): number {
    return WALL + this.#scheduler.now + this.#skewMs;
  }

  begin(): Transaction {
    const transaction = new Transaction(this.tables);
    transaction.lastStatement = this.#scheduler.now;
    this.open.add(transaction);
    this.#watchIdle(transaction);
    return transaction;
  }

  /** Runs a statement as soon as the rows it needs are free. */
  execute(
    statement: Statement<unknown>,
    transaction: Transaction | null,
    done: (result: Result) => void,
  ): void {
    if (transaction !== null && !transaction.open) {
      done({ error: sqlError('25P03') });
      return;
    }
    if (transaction !== null) transaction.lastStatement = this.#scheduler.now;
    if (this.#mayRun(statement, transaction)) {
      done(this.#run(statement, transaction));
      return;
    }
    const waiting: Waiting = {
      transaction,
      statement,
      done,
      timer: this.#scheduler.after(
        LOCK_TIMEOUT_MS,
        () => {
          this.#waiting = this.#waiting.filter((one) => one !== waiting);
          done({ error: sqlError('55P03') });
        },
        false,
      ),
    };
    this.#waiting.push(waiting);
  }

  commit(transaction: Transaction, name: string): boolean {
    if (!transaction.open) return false;
    transaction.overlay.commit();
    this.#end(transaction);
    this.onCommit(name);
    return true;
  }

  rollback(transaction: Transaction): void {
    if (transaction.open) this.#end(transaction);
  }

  #end(transaction: Transaction): void {
    transaction.open = false;
    this.open.delete(transaction);
    for (const lock of transaction.locks) this.#locks.delete(lock);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const mine = one.transaction;
      if (mine !== null && !mine.open) {
        one.timer.cancel();
        one.done({ error: sqlError('25P03') });
      } else if (this.#mayRun(one.statement, mine)) {
        one.timer.cancel();
        one.done(this.#run(one.statement, mine));
      } else this.#waiting.push(one);
    }
  }

  #mayRun(statement: Statement<unknown>, transaction: Transaction | null): boolean {
    return this.#locksOf(statement).every((lock) => {
      const holder = this.#locks.get(lock);
      return holder === undefined || holder === transaction;
    });
  }

  #locksOf({ locks }: Statement<unknown>): readonly string[] {
    return typeof locks === 'function' ? locks(this.tables) : locks;
  }

  #run(statement: Statement<unknown>, transaction: Transaction | null): Result {
    if (transaction !== null) {
      for (const lock of this.#locksOf(statement)) {
        this.#locks.set(lock, transaction);
        transaction.locks.add(lock);
      }
    }
    try {
      const tables = transaction?.overlay.tables ?? this.tables;
      const value = statement.run({ tables, now: this.now, isLocked: (lock) => this.#locks.has(lock) });
      if (transaction === null) this.onCommit(statement.name);
      return { value };
    } catch (error) {
      return { error: error instanceof Error ? error : new TypeError('a statement threw no error') };
    }
  }

  /** A client that went away inside a transaction does not hold its rows for ever. */
  #watchIdle(transaction: Transaction): void {
    this.#scheduler.after(
      Math.max(1, transaction.lastStatement + IDLE_IN_TRANSACTION_MS - this.#scheduler.now),
      () => {
        if (!transaction.open) return;
        if (this.#scheduler.now - transaction.lastStatement >= IDLE_IN_TRANSACTION_MS)
          this.rollback(transaction);
        else this.#watchIdle(transaction);
      },
      false,
    );
  }
}

/** An error as the server reports it: by SQLSTATE. */
export function sqlError(code: string): Error {
  return Object.assign(new Error(`SQLSTATE ${code}`), { severity: 'ERROR', code });
}
