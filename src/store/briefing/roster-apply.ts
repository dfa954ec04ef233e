import { sql } from 'kysely';
import { countEntries, type RosterPlan } from '../../briefing/roster-plan.ts';
import type { ApplyRosterResult, Promotion } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { sqlState } from '../failure.ts';
import { storable } from '../text.ts';
import { promote } from './promote.ts';
import { type RosterWrites, rosterWrites } from './roster-rows.ts';
import { insertApplicants, insertRegistrations, reassign, updateApplicants } from './roster-statements.ts';
import { lockSlots } from './seats.ts';

/** Rows of one statement: it must end well within the server's limit for statements. */
const CHUNK_ROWS = 1_000;

/** Longest work of the statements together, in ms: nobody waits for it on the telephone. */
const APPLY_TIMEOUT_MS = 60_000;

const UNIQUE_VIOLATION = '23505';

/** Ends an application that has written already. */
class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
  readonly result: ApplyRosterResult;

  constructor(result: ApplyRosterResult) {
    super('a roster was not applied');
    this.result = result;
  }
}

/** Applies a plan, inside a transaction, whole or not at all. */
export async function applyRoster(
  context: StoreContext,
  plan: RosterPlan,
  at: number,
): Promise<ApplyRosterResult> {
  const refused = plan.entries.filter((entry) => entry.verdict === 'refused');
  if (refused.length > 0) return { outcome: 'refused_rows', lines: refused.map((entry) => entry.line) };
  const writes = rosterWrites(plan, context.random);
  const apply = async (): Promise<ApplyRosterResult> => {
    await sql`savepoint roster`.execute(context.db);
    try {
      const promoted = await write(context, plan, writes, at);
      await sql`release savepoint roster`.execute(context.db);
      const counts = countEntries(plan);
      const payload = { briefing_id: plan.briefingId, new: counts.new, changed: counts.changed };
      if (writes.any)
        context.audit?.add({ callId: null, at, actor: 'import', kind: 'roster.imported', payload });
      return { outcome: 'applied', counts, promoted };
    } catch (error) {
      // A key that became somebody else's since the comparison is refused by its unique index.
      const taken = sqlState(error) === UNIQUE_VIOLATION ? new Withdrawn({ outcome: 'stale' }) : error;
      if (!(taken instanceof Withdrawn)) throw error;
      await sql`rollback to savepoint roster`.execute(context.db);
      return taken.result;
    }
  };
  return context.run('applyRoster', apply, { timeoutMs: APPLY_TIMEOUT_MS });
}

/**
 * Applicants first: their rows are the bulk of the work and hold up no call. Then, under the locks of the slots, the
 * seats and the registrations.
 */
async function write(
  context: StoreContext,
  plan: RosterPlan,
  writes: RosterWrites,
  at: number,
): Promise<Promotion[]> {
  for (const rows of chunks(writes.newApplicants)) await insertApplicants(context, rows);
  for (const rows of chunks(writes.changedApplicants)) {
    if ((await updateApplicants(context, rows)) < rows.length) throw new Withdrawn({ outcome: 'stale' });
  }
  const slots = await lockSlots(
    context,
    sql`select slot_id from slots where briefing_id = ${storable(plan.briefingId)}`,
  );
  if (writes.slotIds.some((id) => !slots.has(id))) throw new Withdrawn({ outcome: 'stale' });
  await moveSeats(context, writes.seats);
  for (const rows of chunks(writes.reassigned)) {
    if ((await reassign(context, rows, at)) < rows.length) throw new Withdrawn({ outcome: 'stale' });
  }
  for (const rows of chunks(writes.newRegistrations)) {
    await insertRegistrations(context, storable(plan.briefingId), rows, at);
    // The check that each registration has its history runs now: at the commit it would run for all rows at once.
    await sql`set constraints registrations_history immediate`.execute(context.db);
    await sql`set constraints registrations_history deferred`.execute(context.db);
  }
  const promoted: Promotion[] = [];
  for (const slotId of writes.slotIds) promoted.push(...(await promote(context, slotId, at)));
  if (writes.any) await announce(context, plan.briefingId);
  return promoted;
}

/** Adds to each slot's taken seats what the plan takes less what it frees. */
async function moveSeats(context: StoreContext, seats: ReadonlyMap<string, number>): Promise<void> {
  const wanted = [...seats].filter(([, seatsMore]) => seatsMore !== 0);
  const list = JSON.stringify(wanted.map(([id, more]) => ({ id, more })));
  const { rows } = await sql<{ slot_id: string }>`
    update slots set taken = taken + more
    from jsonb_to_recordset(${list}::text::jsonb) as row (id text, more integer)
    where slot_id = row.id and (capacity is null or taken + more <= capacity)
    returning slot_id`.execute(context.db);
  const done = new Set(rows.map((row) => row.slot_id));
  const full = wanted.map(([id]) => id).filter((id) => !done.has(id));
  if (full.length > 0) throw new Withdrawn({ outcome: 'full', slotIds: full });
}

async function announce(context: StoreContext, briefingId: string): Promise<void> {
  await sql`
    insert into outbox_events (event_id, kind, payload)
    values (${`roster.imported:${context.random.uuid()}`}, 'roster.imported',
      ${JSON.stringify({ briefingId })}::text::jsonb)`.execute(context.db);
}

function chunks<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) parts.push(rows.slice(from, from + CHUNK_ROWS));
  return parts;
}
