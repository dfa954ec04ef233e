import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { StoreContext } from './context.ts';
import { CLASSES, type ClassSql } from './retention-classes.ts';
import type { HeldRun, RetentionCut, RetentionRun, RetentionStore, RunRequest } from './retention-ports.ts';
import type { Database } from './schema.ts';
import type { Transact } from './transaction.ts';

/** A run that was taken by somebody else: what the transaction did is rolled back. */
class RunLost extends Error {
  override readonly name = 'RunLost';
}

/**
 * A forecast reads whole tables, ms: nobody waits for it on the telephone. As long as the server lets a statement of
 * upkeep run.
 */
const LOOK_UP_TIMEOUT_MS = 60_000;

/** Runs a look at whole tables. */
type LookUp = <T>(name: string, work: (db: Kysely<Database>) => Promise<T>) => Promise<T>;

/**
 * The store's operations on lifetimes, on either engine.
 *
 * @param upkeep runs work whose statements may take long
 */
export function createRetentionStore(
  context: StoreContext,
  transact: Transact,
  upkeep: <T>(work: (db: Kysely<Database>) => Promise<T>) => Promise<T>,
): RetentionStore {
  const lookUp: LookUp = async (name, work) =>
    context.run(name, async () => upkeep(work), { timeoutMs: LOOK_UP_TIMEOUT_MS });
  return {
    classes: CLASSES.map(({ name, period }) => ({ name, period })),
    begin: async (request) => begin(context, request),
    remove: async (run, className, cut, limit, leaseMs) =>
      remove(transact, run, classOf(className), cut, limit, leaseMs),
    countDue: async (className, cut) => countDue(lookUp, classOf(className), cut),
    oldestKept: async (className, cut) => oldestKept(lookUp, classOf(className), cut),
    finish: async (run, at, nextDue) => finish(transact, run, at, nextDue),
    release: async (run) => release(context, run),
    listRuns: async (limit) => listRuns(context, limit),
  };
}

function classOf(name: string): ClassSql {
  const found = CLASSES.find((entry) => entry.name === name);
  if (found === undefined) throw new RangeError(`there is no class of retention called ${name}`);
  return found;
}

async function begin(context: StoreContext, request: RunRequest): Promise<HeldRun | null> {
  const token = context.random.hex(16);
  const runId = context.random.uuid();
  return context.run(
    'retention.begin',
    async () => {
      const taken = await sql<{ run_id: string }>`
        update retention_runs set token = ${token}, lease_until = ${leaseEnd(request.leaseMs)}
        where finished_at is null and lease_until < clock_timestamp()
        returning run_id`.execute(context.db);
      const cutOff = taken.rows[0];
      if (cutOff !== undefined) return { runId: cutOff.run_id, token };
      const made = await sql`
        insert into retention_runs (run_id, kind, day, token, lease_until, started_at)
        values (${runId}, ${request.kind}, ${request.day}::date, ${token}, ${leaseEnd(request.leaseMs)},
          ${new Date(request.at)})
        on conflict do nothing
        returning run_id`.execute(context.db);
      return made.rows.length === 1 ? { runId, token } : null;
    },
    { repeat: 'rolled-back' },
  );
}

/** The count is stored with the removal, so that a run that dies reports what it did and no more. */
async function remove(
  transact: Transact,
  run: HeldRun,
  entry: ClassSql,
  cut: RetentionCut,
  limit: number,
  leaseMs: number,
): Promise<number | null> {
  try {
    return await transact(async ({ trx, audit }) => {
      const { rows } = await sql`${removal(entry, cut, limit)} returning 1 as gone`.execute(trx);
      const counted = await sql`
        update retention_runs set lease_until = ${leaseEnd(leaseMs)},
          removed = removed || jsonb_build_object(${entry.name}::text,
            coalesce((removed ->> ${entry.name}::text)::integer, 0) + ${rows.length}::integer)
        where run_id = ${run.runId} and token = ${run.token} and finished_at is null
        returning run_id`.execute(trx);
      if (counted.rows.length === 0) throw new RunLost('a run of retention was taken over');
      if (rows.length > 0) {
        const payload = { class: entry.name.replaceAll(' ', '_'), count: rows.length };
        audit({ callId: null, at: cut.now, actor: 'system', kind: 'retention.removed', payload });
      }
      return rows.length;
    });
  } catch (error) {
    if (error instanceof RunLost) return null;
    throw error;
  }
}

function removal(entry: ClassSql, cut: RetentionCut, limit: number): RawBuilder<unknown> {
  const rows = sql`array(select r.ctid from ${sql.table(entry.table)} r
    where ${dueRows(entry, cut, limit)} limit ${limit} for update skip locked)`;
  return entry.blank === undefined
    ? sql`delete from ${sql.table(entry.table)} where ctid = any(${rows})`
    : sql`update ${sql.table(entry.table)} set ${entry.blank(new Date(cut.now))} where ctid = any(${rows})`;
}

function dueRows(entry: ClassSql, { cutoff, now }: RetentionCut, most: number | null): RawBuilder<unknown> {
  return sql`${entry.due(new Date(cutoff), new Date(now), most)} and ${entry.holds ?? sql`true`}`;
}

async function countDue(lookUp: LookUp, entry: ClassSql, cut: RetentionCut): Promise<number> {
  return lookUp('retention.count', async (db) => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::integer as n from ${sql.table(entry.table)} r
      where ${dueRows(entry, cut, null)}`.execute(db);
    return rows[0]?.n ?? 0;
  });
}

async function oldestKept(lookUp: LookUp, entry: ClassSql, cut: RetentionCut): Promise<number | null> {
  const { since } = entry;
  if (since === undefined) return null;
  return lookUp('retention.oldest', async (db) => {
    // "offset 0": a look into other tables is taken once for each row, not again for the condition.
    const { rows } = await sql<{ at: Date | null }>`
      select min(kept.since) as at from (
        select ${since} as since from ${sql.table(entry.table)} r where ${entry.holds ?? sql`true`} offset 0
      ) kept
      where kept.since >= ${new Date(cut.cutoff)}`.execute(db);
    return rows[0]?.at?.getTime() ?? null;
  });
}

/** The audit tells of the end of a run, with what it removed in all. */
async function finish(
  transact: Transact,
  run: HeldRun,
  at: number,
  nextDue: Readonly<Record<string, string | null>>,
): Promise<boolean> {
  return transact(async ({ trx, audit }) => {
    const { rows } = await sql<{ removed: Record<string, number> }>`
      update retention_runs set finished_at = ${new Date(at)}, next_due = ${JSON.stringify(nextDue)}::text::jsonb
      where run_id = ${run.runId} and token = ${run.token} and finished_at is null
      returning removed`.execute(trx);
    const done = rows[0];
    if (done === undefined) return false;
    const counts = Object.entries(done.removed).map(([name, n]) => [name.replaceAll(' ', '_'), n] as const);
    audit({
      callId: null,
      at,
      actor: 'system',
      kind: 'retention.finished',
      payload: { run_id: run.runId, ...Object.fromEntries(counts) },
    });
    return true;
  });
}

async function release(context: StoreContext, run: HeldRun): Promise<void> {
  await context.run('retention.release', async () =>
    sql`update retention_runs set lease_until = clock_timestamp() - interval '1 second'
      where run_id = ${run.runId} and token = ${run.token} and finished_at is null`.execute(context.db),
  );
}

interface RunRow {
  readonly run_id: string;
  readonly kind: RetentionRun['kind'];
  readonly day: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly removed: Record<string, number>;
  readonly next_due: Record<string, string | null>;
}

async function listRuns(context: StoreContext, limit: number): Promise<RetentionRun[]> {
  return context.run('retention.list', async () => {
    const { rows } = await sql<RunRow>`
      select run_id, kind, to_char(day, 'YYYY-MM-DD') as day, started_at, finished_at, removed, next_due
      from retention_runs order by started_at desc, run_id limit ${limit}`.execute(context.db);
    return rows.map((row) => ({
      runId: row.run_id,
      kind: row.kind,
      day: row.day,
      startedAt: row.started_at.getTime(),
      finishedAt: row.finished_at?.getTime() ?? null,
      removed: row.removed,
      nextDue: row.next_due,
    }));
  });
}

/** Leases are judged by the clock of the database alone. */
function leaseEnd(leaseMs: number): RawBuilder<Date> {
  return sql<Date>`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`;
}
