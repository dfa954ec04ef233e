import type { Kysely } from 'kysely';
import { DenwabanError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { ApiStore } from './api-ports.ts';
import { createApiStore } from './api-store.ts';
import type { AuditAnchors, AuditSigner, StoredAudit } from './audit-ports.ts';
import { createAuditAnchors } from './audit/anchors.ts';
import { createStoredAudit } from './audit/reader.ts';
import { createAtomic } from './atomic.ts';
import type { BriefingStore } from './briefing-ports.ts';
import { createBriefingStore, inTransactions } from './briefing-store.ts';
import { auditedCalls, createCallStore } from './call-store.ts';
import type { CommandStore } from './command-ports.ts';
import { auditedCommands, createCommandStore } from './commands.ts';
import { readFailure } from './failure.ts';
import { type Hints, openHints } from './hints.ts';
import { createRunner, unavailable } from './operation.ts';
import { createPersonStore } from './person.ts';
import type { PersonStore } from './person-ports.ts';
import { openEmbedded } from './pglite.ts';
import type { JobConnection } from './job-connection.ts';
import type { LeadStore } from './lead-ports.ts';
import { createLeadStore } from './leads.ts';
import type { CallReaper, CallStore } from './ports.ts';
import { openServer } from './postgres.ts';
import { createCallReaper } from './reaper.ts';
import { createRetentionStore } from './retention.ts';
import type { RetentionStore } from './retention-ports.ts';
import type { Database } from './schema.ts';
import { type Transact, createTransact } from './transaction.ts';

export interface StoreOptions {
  /** postgres:// address; empty: the embedded store. */
  readonly databaseUrl: string;
  /** Directory of the embedded store, or `memory://`. */
  readonly dataDir: string;
  /** What a store in memory begins with, as the engine dumps it. Default: an empty database. */
  readonly template?: Blob;
  /** Deadline for storing a ringing call, in ms. */
  readonly claimTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told how long each operation took, ms, and whether the store answered. Default: nobody is. */
  readonly onOperation?: (name: string, ms: number, answered: boolean) => void;
  /** Whether a call is live: the embedded store's heavy maintenance waits until none is. */
  readonly busy: () => boolean;
  /** Makes the keyed hashes of the audit. */
  readonly audit: AuditSigner;
}

/** An open, migrated store. */
export interface Store {
  readonly calls: CallStore;
  readonly briefings: BriefingStore;
  readonly retention: RetentionStore;
  readonly api: ApiStore;
  readonly leads: LeadStore;
  readonly reaper: CallReaper;
  /** What operators ask of live calls. */
  readonly commands: CommandStore;
  readonly people: PersonStore;
  /** The audit as it stands, for whoever verifies it. */
  readonly audit: StoredAudit;
  readonly anchors: AuditAnchors;
  /** What other processes tell of the moment they do it. */
  readonly hints: Hints;
  /** For the SQL of other modules. Inside `transact` use the handles it gives, never this one. */
  readonly db: Kysely<Database>;
  readonly kind: 'pglite' | 'postgres';
  readonly transact: Transact;
  /** The way of durable jobs to the same database. */
  readonly jobs: JobConnection;
  /**
   * Runs upkeep, whose statements may take longer than a call can wait: on a server over connections of its own, on the
   * embedded engine in turn with everything else.
   */
  readonly upkeep: <T>(work: (db: Kysely<Database>) => Promise<T>) => Promise<T>;
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
  const context = { db, run, random, now: () => clock.now(), claimTimeoutMs, audit: null };
  const transact = createTransact({ db, clock, random, claimTimeoutMs, audit: options.audit });
  const atomic = createAtomic(run, transact);
  return {
    calls: auditedCalls(createCallStore(context), atomic, claimTimeoutMs),
    briefings: inTransactions(createBriefingStore(context), atomic),
    retention: createRetentionStore(context, transact, database.upkeep),
    api: createApiStore(context),
    leads: createLeadStore(context),
    reaper: createCallReaper(atomic),
    commands: auditedCommands(createCommandStore(context), atomic),
    people: createPersonStore(context, transact),
    audit: createStoredAudit(database.upkeep),
    anchors: createAuditAnchors(db, transact, options.audit),
    hints: openHints(options),
    db,
    kind,
    transact,
    jobs: database.jobs,
    upkeep: database.upkeep,
    close: async () => (closing ??= database.close()),
  };
}

function refuse(error: unknown): never {
  if (error instanceof DenwabanError || readFailure(error).kind === 'bug') throw error;
  throw unavailable('open', 'the server does not answer', error);
}
