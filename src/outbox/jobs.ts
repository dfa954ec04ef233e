import { CompiledQuery } from 'kysely';
import { PgBoss, type Db, type Job } from 'pg-boss';
import { describeError } from '../errors.ts';
import type { Log } from '../lib/log.ts';
import type { Executor } from './ports.ts';

/** The engine's tables live in a schema of their own. */
const SCHEMA = 'pgboss';
/** Seconds between looks for due jobs: a message may wait that long, and an idle look costs about a millisecond. */
const POLL_SECONDS = 1;
/** Jobs taken in one look, and worked on at once. */
const BATCH = 10;
/** Connections on a server, apart from those of calls: one polls while another settles. */
const POOL_MAX = 2;
/** Waiting for a connection, ms. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement of the engine after this many ms; making its tables takes the longest. */
const STATEMENT_TIMEOUT_MS = 20_000;
/**
 * A connection that says nothing for so long after a statement is given up, ms: the server would have ended it by then. On a
 * network that swallows packets the engine would otherwise wait for ever, and so would its stop.
 */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** A job whose process died runs again after so many seconds. Longer than any handler takes. */
const EXPIRE_SECONDS = 60;
/** Tries of a job whose handler failed, as it does when the store is away; what it was for stays in its own table. */
const RETRY_LIMIT = 5;
const RETRY_DELAY_SECONDS = 2;
const RETRY_DELAY_MAX_SECONDS = 60;
/** Seconds that a finished job is kept. Its record is the row it was for. */
const KEEP_SECONDS = 3_600;
/** Seconds that a job may wait. Nothing is planned further ahead. */
const RETENTION_SECONDS = 14 * 86_400;
/** Seconds between rounds of upkeep: expired jobs, old jobs. */
const UPKEEP_SECONDS = 60;
/** Running handlers get this long when the service stops, ms. */
const STOP_TIMEOUT_MS = 12_000;

/** How the engine reaches its database: the store's `jobs`. */
export type JobDatabase =
  | { readonly kind: 'server'; readonly databaseUrl: string }
  | {
      readonly kind: 'embedded';
      executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
    };

/** When a job runs, and how many of it there may be. */
export interface JobTiming {
  /** Not before this instant, ms since the Unix epoch. Default: at once. */
  readonly at?: number;
  /** A second job with this key is dropped while `onceInSeconds` have not passed. */
  readonly key?: string;
  readonly onceInSeconds?: number;
}

/** Durable work of a queue: small JSON in, nothing out. A rejection makes the job run again. */
export type JobHandler = (data: Readonly<Record<string, unknown>>) => Promise<void>;

/** Durable jobs on the store's database. They run at least once. */
export interface JobEngine {
  /** Adds a job inside the transaction: it runs if that commits. The queue must be among those given at the start. */
  add(trx: Executor, queue: string, data: object, timing?: JobTiming): Promise<void>;
  /** Begins to work on the queue. */
  work(queue: string, handler: JobHandler): Promise<void>;
  /** Takes no more jobs and waits for the running ones; those that do not end run again later. Idempotent. */
  stop(): Promise<void>;
}

export interface JobEngineOptions {
  readonly database: JobDatabase;
  readonly queues: readonly string[];
  readonly log: Log;
  /** On a server: a silent connection is given up after this, ms. Default 22,000. */
  readonly answerTimeoutMs?: number;
}

/**
 * Starts pg-boss: makes or upgrades its tables, and its queues.
 *
 * @throws the driver's error when the database refuses
 */
export async function startJobEngine(options: JobEngineOptions): Promise<JobEngine> {
  const { log } = options;
  const boss = new PgBoss({
    ...connectionOf(options),
    schema: SCHEMA,
    // Polling finds every job; a notification for each would cost every commit a lock.
    useListenNotify: false,
    schedule: false,
    registerInstance: false,
    persistQueueStats: false,
    // Both want statements that the embedded engine's session cannot run beside others.
    reindex: false,
    monitorVacuum: false,
    superviseIntervalSeconds: UPKEEP_SECONDS,
    monitorIntervalSeconds: UPKEEP_SECONDS,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => log.warn({ reason: describeError(error) }, 'durable jobs: a statement failed'));
  boss.on('warning', (warning) => log.warn({ warning: warning.message }, 'durable jobs: a warning'));
  await boss.start();
  for (const queue of options.queues) await ensureQueue(boss, queue);

  let stopping: Promise<void> | undefined;
  return {
    add: async (trx, queue, data, timing = {}) => {
      await boss.send(queue, data, {
        db: databaseOf(trx),
        ...(timing.at === undefined ? {} : { startAfter: new Date(timing.at) }),
        ...(timing.key === undefined ? {} : { singletonKey: timing.key }),
        ...(timing.onceInSeconds === undefined ? {} : { singletonSeconds: timing.onceInSeconds }),
      });
    },
    work: async (queue, handler) => {
      await boss.work<Readonly<Record<string, unknown>>>(
        queue,
        {
          batchSize: BATCH,
          pollingIntervalSeconds: POLL_SECONDS,
          burstWhenBatchFull: true,
          perJobResults: true,
        },
        async (jobs) => Promise.all(jobs.map(async (job) => settle(job, handler, log))),
      );
    },
    stop: async () => (stopping ??= boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS, close: true })),
  };
}

function connectionOf({ database, answerTimeoutMs = ANSWER_TIMEOUT_MS }: JobEngineOptions): object {
  if (database.kind === 'embedded') {
    const db: Db = { executeSql: async (text, values) => database.executeSql(text, values) };
    return { db, backend: 'pglite' };
  }
  return {
    connectionString: database.databaseUrl,
    application_name: 'denwaban-jobs',
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
  };
}

async function ensureQueue(boss: PgBoss, queue: string): Promise<void> {
  const settings = {
    expireInSeconds: EXPIRE_SECONDS,
    retentionSeconds: RETENTION_SECONDS,
    deleteAfterSeconds: KEEP_SECONDS,
    retryLimit: RETRY_LIMIT,
    retryDelay: RETRY_DELAY_SECONDS,
    retryBackoff: true,
  };
  await boss.createQueue(queue, { ...settings, retryDelayMax: RETRY_DELAY_MAX_SECONDS });
  await boss.updateQueue(queue, { ...settings, retryDelayMax: RETRY_DELAY_MAX_SECONDS });
}

/** One job's outcome, so that a failure does not make its neighbours in the batch run again. */
async function settle(
  job: Job<Readonly<Record<string, unknown>>>,
  handler: JobHandler,
  log: Log,
): Promise<{ id: string; status: 'completed' | 'failed' }> {
  try {
    await handler(job.data);
    return { id: job.id, status: 'completed' };
  } catch (error) {
    log.warn({ job_id: job.id, reason: describeError(error) }, 'a durable job failed and will run again');
    return { id: job.id, status: 'failed' };
  }
}

/** The transaction as the engine sees it. Its statements inside a transaction are single ones. */
function databaseOf(trx: Executor): Db {
  return {
    executeSql: async (text, values = []) => {
      const result = await trx.getExecutor().executeQuery(CompiledQuery.raw(text, [...values]));
      return { rows: [...result.rows] };
    },
  };
}
