import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { Kysely, PGliteDialect, sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { startCheckpoints } from './checkpoint.ts';
import { type DataLock, lockDataDir } from './data-lock.ts';
import { DURABLE_START_PARAMS, DurableFs, MEMORY_START_PARAMS } from './durable-fs.ts';
import { ensureDatabaseDir } from './first-boot.ts';
import { type JobConnection, embeddedJobConnection } from './job-connection.ts';
import { migrate } from './migrate.ts';
import { PARSERS } from './parsers.ts';
import { preparing } from './prepared.ts';
import type { Database } from './schema.ts';
import { OPEN_STATE } from './states.ts';
import { startVacuums } from './vacuum.ts';

/** Data directory of a store that keeps nothing. */
export const MEMORY_DIR = 'memory://';

export interface EmbeddedOptions {
  /** Directory of the data, or `memory://`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What a store in memory begins with, as the engine dumps it. Default: a new database, which takes seconds to make. */
  readonly template?: Blob;
  /** Whether a call is live: heavy maintenance waits until none is. */
  readonly busy: () => boolean;
}

/** An open database, migrated, with its maintenance running. */
export interface OpenDatabase {
  readonly db: Kysely<Database>;
  readonly jobs: JobConnection;
  /** Runs work whose statements take longer than a call can wait. */
  upkeep<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the embedded engine in this process. On a directory it holds the directory's lock and writes every
 * commit through to the disk before it is acknowledged.
 *
 * @throws DenwabanError DW_STORE_LOCKED when another process has the directory
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<OpenDatabase> {
  if (options.dataDir === MEMORY_DIR) {
    const { template } = options;
    return start(
      options,
      {
        dataDir: MEMORY_DIR,
        startParams: [...MEMORY_START_PARAMS],
        ...(template === undefined ? {} : { loadDataDir: template }),
      },
      null,
    );
  }
  const lock = await lockDataDir(options.dataDir, options);
  try {
    const fs = new DurableFs(await ensureDatabaseDir(options.dataDir));
    return await start(options, { fs, startParams: [...DURABLE_START_PARAMS] }, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function start(
  options: EmbeddedOptions,
  place:
    | { readonly dataDir: string; readonly startParams: string[]; readonly loadDataDir?: Blob }
    | { readonly fs: DurableFs; readonly startParams: string[] },
  lock: DataLock | null,
): Promise<OpenDatabase> {
  const engine = await PGlite.create({ ...place, parsers: { ...PARSERS }, extensions: { pg_trgm } });
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: preparing(engine) }) });
  try {
    await migrate(db, options.log);
    if (lock !== null) await endLeases(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const schedules = [
    startCheckpoints(db, options.clock, options.log),
    startVacuums(db, options.clock, options.log, options.busy),
  ];
  return {
    db,
    jobs: embeddedJobConnection(engine),
    upkeep: async (work) => work(db),
    close: async () => {
      await Promise.all(schedules.map(async (schedule) => schedule.stop()));
      await db.destroy();
      await lock?.release();
    },
  };
}

/** The directory's lock proves that whoever held these leases is gone: nobody has to wait until they run out. */
async function endLeases(db: Kysely<Database>): Promise<void> {
  await sql`update calls set lease_until = clock_timestamp()
    where ${OPEN_STATE} and lease_until > clock_timestamp()`.execute(db);
}
