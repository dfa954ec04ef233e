import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { DenwabanError } from '../errors.ts';
import type { Log } from '../lib/log.ts';
import { asLostConnection, sqlState } from './failure.ts';
import { migrate } from './migrate.ts';
import { PARSERS } from './parsers.ts';
import type { OpenDatabase } from './pglite.ts';
import type { Database } from './schema.ts';

/** Waiting for a connection, in ms: a server that does not answer must not hold a ringing phone. */
const CONNECT_TIMEOUT_MS = 1_000;
/** The server ends a statement after this many ms; none of ours is near it. */
const STATEMENT_TIMEOUT_MS = 1_000;
/**
 * The server gives up waiting for a lock after this many ms, and the statement is repeated. It looks for
 * deadlocks only after a second, which a statement does not live to see.
 */
const LOCK_TIMEOUT_MS = 400;
/** The client gives up on a statement after this many ms, when the server cannot be heard. */
const QUERY_TIMEOUT_MS = 1_500;
/**
 * The server ends a transaction whose client says nothing, in ms: sooner than a lease lapses, so that a process that froze holds
 * no row of a call that another one has to take over.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** Connections of one process: statements take about a millisecond, so ten carry thousands a second. */
const POOL_MAX = 10;
/** First TCP keep-alive probe on an idle connection, in ms. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** Upkeep may rewrite or read whole tables, and a migration wait for another node's, in ms. */
const UPKEEP_STATEMENT_MS = 60_000;
/** The Migrator needs a second connection beside the one that holds its lock. */
const UPKEEP_POOL_MAX = 2;
/** Oldest server whose SQL is used, as server_version_num. */
const OLDEST_SERVER = 150_000;

/** States after which a connection is of no use, though the server still answers on it. */
const CONNECTION_STATES = new Set(['25006', '25P03', '57P01', '57P02', '57P03', '57P05']);
/** Those of them that tell of the server, not of one connection: it was stopped, or is not the one that writes any more. */
const FAILOVER_STATES = new Set(['25006', '57P01', '57P02', '57P03']);

export interface ServerOptions {
  readonly databaseUrl: string;
  readonly log: Log;
}

/**
 * Opens a pool to a PostgreSQL server and migrates it.
 *
 * @throws DenwabanError DW_CONFIG for an address that is none or a server that is too old; else the driver's error
 */
export async function openServer(options: ServerOptions): Promise<OpenDatabase> {
  checkAddress(options.databaseUrl);
  await migrateServer(options);
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: createPool(options, {
        max: POOL_MAX,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: LOCK_TIMEOUT_MS,
        query_timeout: QUERY_TIMEOUT_MS,
      }),
    }),
  });
  return {
    db,
    jobs: { kind: 'server', databaseUrl: options.databaseUrl },
    upkeep: async (work) => withUpkeep(options, work),
    close: async () => db.destroy(),
  };
}

/** Runs work over connections of its own, whose statements may take longer than a call can wait. */
async function withUpkeep<T>(options: ServerOptions, work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: createPool(options, {
        max: UPKEEP_POOL_MAX,
        statement_timeout: UPKEEP_STATEMENT_MS,
        query_timeout: UPKEEP_STATEMENT_MS,
        idle_in_transaction_session_timeout: UPKEEP_STATEMENT_MS,
      }),
    }),
  });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function migrateServer(options: ServerOptions): Promise<void> {
  await withUpkeep(options, async (db) => {
    const { rows } = await sql<{ version: number }>`
      select current_setting('server_version_num')::integer as version`.execute(db);
    if ((rows[0]?.version ?? 0) < OLDEST_SERVER) {
      throw new DenwabanError(
        'DW_CONFIG',
        'DATABASE_URL: the server is older than PostgreSQL 15: upgrade it',
      );
    }
    await migrate(db, options.log);
  });
}

function checkAddress(databaseUrl: string): void {
  const scheme = URL.canParse(databaseUrl) ? new URL(databaseUrl).protocol : '';
  if (scheme === 'postgres:' || scheme === 'postgresql:') return;
  throw new DenwabanError(
    'DW_CONFIG',
    'DATABASE_URL is no postgres:// address: write postgres://user@host:5432/name',
  );
}

function createPool(options: ServerOptions, limits: pg.PoolConfig): PostgresPool {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: 'denwaban',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: {
      getTypeParser: (oid, format) =>
        (format !== 'binary' ? PARSERS[oid] : undefined) ?? pg.types.getTypeParser(oid, format),
    },
    ...limits,
  });
  // Without a listener an idle connection that the server closes would end the process.
  pool.on('error', (error) =>
    options.log.warn({ sqlState: sqlState(error) }, 'idle database connection lost'),
  );
  // The same holds for a connection in use; whoever uses it is told by the rejection of its statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return discardingPool(pool);
}

/**
 * The pool with two rules more. A connection on which something else than SQL went wrong is closed instead of returned: a
 * statement that timed out on a silent network would otherwise hold up the next ones. And when the server says that
 * it is not the one that writes any more, every connection made before is closed unused: a repetition must not find the
 * same server behind each of them.
 */
function discardingPool(pool: pg.Pool): PostgresPool {
  const madeIn = new WeakMap<pg.PoolClient, number>();
  let generation = 0;
  pool.on('connect', (client) => madeIn.set(client, generation));

  const checkOut = async (): Promise<pg.PoolClient> => {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        throw asLostConnection(error, false);
      });
      if (madeIn.get(client) === generation) return client;
      client.release(true);
    }
  };
  return {
    options: pool.options,
    end: async () => pool.end(),
    connect: async () => {
      const client = await checkOut();
      let broken = false;
      const query = async (text: string, parameters: readonly unknown[]): Promise<pg.QueryResult> => {
        try {
          return await client.query(text, [...parameters]);
        } catch (error) {
          const state = sqlState(error);
          broken ||= state === null || CONNECTION_STATES.has(state);
          if (state !== null && FAILOVER_STATES.has(state) && madeIn.get(client) === generation)
            generation += 1;
          throw asLostConnection(error, true);
        }
      };
      // Kysely's type names a second form, for cursors, that only streaming uses.
      return {
        query: query as unknown as PostgresPoolClient['query'],
        release: () => client.release(broken),
      };
    },
  };
}
