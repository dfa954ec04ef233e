import type { Kysely } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { createAtomic } from './atomic.ts';
import type { BriefingStore } from './briefing-ports.ts';
import { createBriefingStore, inTransactions } from './briefing-store.ts';
import { createCallStore } from './call-store.ts';
import { readFailure } from './failure.ts';
import { createRunner, unavailable } from './operation.ts';
import { openEmbedded } from './pglite.ts';
import type { JobConnection } from './job-connection.ts';
import type { CallStore } from './ports.ts';
import { openServer } from './postgres.ts';
import type { Database } from './schema.ts';
import { type Transact, createTransact } from './transaction.ts';

export interface StoreOptions {
  /** postgres:// address; empty: the embedded store. */
  readonly databaseUrl: string;
  /** Directory of the embedded store, or `memory://`. */
  readonly dataDir: string;
  /** Deadline for storing a ringing call, in ms. */
  readonly claimTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told how long each operation took, ms. Default: nobody is. */
  readonly onOperation?: (name: string, ms: number) => void;
  /** Whether a call is live: the embedded store's heavy maintenance waits until none is. */
  readonly busy: () => boolean;
}

/** An open, migrated store. */
export interface Store {
  readonly calls: CallStore;
  readonly briefings: BriefingStore;
  /** For the SQL of other modules. Inside `transact` use the handles it gives, never this one. */
  readonly db: Kysely<Database>;
  readonly kind: 'pglite' | 'postgres';
  readonly transact: Transact;
  /** The way of durable jobs to the same database. */
  readonly jobs: JobConnection;
  /** Stops maintenance, closes connections and lets go of the data directory; idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the store and applies missing migrations.
 *
 * @throws DenwabanError DW_STORE_LOCKED when another process has the data directory, DW_CONFIG for an unusable
 *   DATABASE_URL, DW_STORE_UNAVAILABLE when the server does not answer
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, random, claimTimeoutMs } = options;
  const kind = options.databaseUrl === '' ? 'pglite' : 'postgres';
  const database = await (kind === 'pglite' ? openEmbedded(options) : openServer(options)).catch(refuse);
  const { db } = database;
  // The embedded engine has no connection to lose and no rival: nothing there gets better by repetition.
  const run = createRunner({
    clock,
    random,
    repeat: kind === 'pglite' ? 'never' : 'idempotent',
    onDone: options.onOperation ?? (() => {}),
  });
  let closing: Promise<void> | undefined;
  const context = { db, run, random, claimTimeoutMs };
  const transact = createTransact({ db, clock, random, claimTimeoutMs });
  return {
    calls: createCallStore(context),
    briefings: inTransactions(createBriefingStore(context), createAtomic(run, transact)),
    db,
    kind,
    transact,
    jobs: database.jobs,
    close: async () => (closing ??= database.close()),
  };
}

function refuse(error: unknown): never {
  if (error instanceof DenwabanError || readFailure(error).kind === 'bug') throw error;
  throw unavailable('open', 'the server does not answer', error);
}
