import { LostConnection } from '../../../src/store/failure.ts';
import type { Host } from '../host.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Statement, StoreServer, Transaction } from './server.ts';

/** How the way to the server is. `hang`: nothing arrives and nobody says so. */
export interface StoreWeather {
  readonly state: 'up' | 'down' | 'hang';
  /** Longest way to the server or back, ms. */
  readonly delayMs: number;
  /** Probability that a statement fails in each of three ways: before it ran, after it was committed, rolled back by a rival. */
  readonly flake: number;
}

/** As src/store/postgres.ts sets it, ms. */
const QUERY_TIMEOUT_MS = 1_500;
/** A server that lost its client rolls back after this, at most, ms. */
const RESET_MS = 200;

/** What `execute` reports to the faults: a process may die at each. */
export type Passage = (host: Host, name: string, stage: 'sent' | 'done' | 'told') => void;

/** Puts another statement in the place of one: how tests plant bugs in the SQL. */
export type Planting = <T>(statement: Statement<T>, host: Host) => Statement<T>;

/** A process's way to the server: what is asked may be lost, and what was done may never be told. */
export class StoreConnection {
  readonly #host: Host;
  readonly #server: StoreServer;
  readonly #scheduler: Scheduler;
  readonly #weather: () => StoreWeather;
  readonly #passage: Passage;
  readonly #planted: Planting | undefined;
  readonly #transactions = new Set<Transaction>();

  constructor(
    host: Host,
    server: StoreServer,
    scheduler: Scheduler,
    weather: () => StoreWeather,
    passage: Passage,
    planted?: Planting,
  ) {
    this.#host = host;
    this.#server = server;
    this.#scheduler = scheduler;
    this.#weather = weather;
    this.#passage = passage;
    this.#planted = planted;
    host.onDeath(() => {
      for (const transaction of this.#transactions) this.#reset(transaction);
    });
  }

  execute<T>(asked: Statement<T>, transaction: Transaction | null): Promise<T> {
    const statement = this.#planted?.(asked, this.#host) ?? asked;
    return this.#exchange(statement.name, transaction, (done) => {
      this.#server.execute(statement, transaction, (result) => {
        if ('error' in result) done(null, result.error);
        else done(result.value as T, null);
      });
    });
  }

  begin(): Promise<Transaction> {
    return this.#exchange('begin', null, (done) => {
      const transaction = this.#server.begin();
      this.#transactions.add(transaction);
      done(transaction, null);
    });
  }

  commit(transaction: Transaction): Promise<void> {
    return this.#exchange<void>('commit', transaction, (done) => {
      this.#transactions.delete(transaction);
      const ok = this.#server.commit(transaction, 'commit');
      done(undefined, ok ? null : new LostConnection(true, new Error('the transaction had ended')));
    });
  }

  /** Nobody waits for it. */
  rollback(transaction: Transaction): void {
    this.#reset(transaction);
  }

  #exchange<T>(
    name: string,
    transaction: Transaction | null,
    serve: (done: (value: T | null, error: Error | null) => void) => void,
  ): Promise<T> {
    const { state, delayMs, flake } = this.#weather();
    const { chance } = this.#host;
    this.#passage(this.#host, name, 'sent');
    return new Promise((resolve, reject) => {
      const fail = (ms: number, error: Error, what: string): void => {
        if (transaction !== null) this.#reset(transaction);
        this.#host.post(ms, `${name}: ${what}`, () => reject(error));
      };
      if (state === 'down') return fail(1, new LostConnection(false, new Error('refused')), 'refused');
      if (state === 'hang' || chance.happens(flake))
        return fail(QUERY_TIMEOUT_MS, new LostConnection(true, new Error('timeout')), 'no answer');
      if (chance.happens(flake)) return fail(1, sqlStateError(), 'rolled back by a rival');
      const replyLost = chance.happens(flake);
      this.#scheduler.after(
        0.2 + chance.next() * delayMs,
        () => {
          serve((value, error) => {
            this.#passage(this.#host, name, 'done');
            const back = 0.2 + chance.next() * delayMs;
            if (replyLost || this.#weather().state === 'hang') {
              if (transaction !== null) this.#reset(transaction);
              this.#host.post(back, `${name}: done, answer lost`, () =>
                reject(new LostConnection(true, new Error('reset'))),
              );
              return;
            }
            this.#host.post(back, telling(name), () => {
              if (error === null) resolve(value as T);
              else reject(error);
            });
            this.#passage(this.#host, name, 'told');
          });
        },
        false,
      );
    });
  }

  #reset(transaction: Transaction): void {
    this.#transactions.delete(transaction);
    this.#scheduler.after(
      this.#host.chance.next() * RESET_MS,
      () => this.#server.rollback(transaction),
      false,
    );
  }
}

/** Serialization failure: nothing was changed. */
function sqlStateError(): Error {
  return Object.assign(new Error('SQLSTATE 40001'), { severity: 'ERROR', code: '40001' });
}

/** Renewals and sweeps come several times a second: telling of each would bury the rest. */
function telling(name: string): string | null {
  return name === 'renewLeases' || name === 'takeLapsedCalls' ? null : name;
}
