import type { Briefing } from '../briefing/briefing.ts';
import { planRoster } from '../briefing/roster-compare.ts';
import type { RosterCounts, RosterPlan, RowRefusal } from '../briefing/roster-plan.ts';
import type { Slot, SlotSeats } from '../briefing/slot.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import type { RowProblem } from './cells.ts';
import type { Columns } from './columns.ts';
import type { Table } from './csv-read.ts';
import { planIdOf } from './plan-id.ts';
import { keysOf, readRoster } from './read-roster.ts';
import { SlotFinder, type SlotMaking } from './slot-finder.ts';

/** Runs work in one transaction; the store's own function satisfies it. */
export type InTransaction = <T>(
  work: (handles: { readonly briefings: BriefingStore }) => Promise<T>,
  options?: { readonly timeoutMs?: number },
) => Promise<T>;

/** What is to be imported, and how. */
export interface ImportRequest {
  readonly table: Table;
  readonly columns: Columns;
  readonly briefing: Briefing;
  /** The briefing is stored with its roster. */
  readonly createBriefing: boolean;
  /** Null: rows whose slot is missing are refused. */
  readonly making: SlotMaking | null;
  readonly source: string;
  /** False: nothing is stored. */
  readonly apply: boolean;
  /** The only plan that is stored, as a dry run named it; null: whatever is planned now. */
  readonly onlyPlan: string | null;
  /** Now, ms. */
  readonly at: number;
  /** Told what is being done. */
  readonly onStep: (step: string) => void;
}

/** What an import does, or would do. */
export interface ImportReport {
  /** Names the plan; see planIdOf. */
  readonly planId: string;
  readonly plan: RosterPlan;
  /** Rows that are refused, by line. */
  readonly refused: readonly RowProblem[];
  readonly counts: RosterCounts;
  /** The slots after the import, with the occupation before it. */
  readonly slots: readonly SlotSeats[];
  readonly created: readonly Slot[];
  readonly applied: boolean;
}

/** Rows of one import: what the store applies at once. */
export const MAX_ROWS = 10_000;

/** Ms. Reading, comparing and storing the largest roster, with room for a busy machine. */
const IMPORT_TIMEOUT_MS = 90_000;

/** Tries when somebody changes what is compared while it is compared. */
const MAX_TRIES = 5;

/** Ends a transaction that is to leave nothing behind. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
  /** Null: what was compared has changed meanwhile. */
  readonly report: ImportReport | null;

  constructor(report: ImportReport | null) {
    super('the import was rolled back');
    this.report = report;
  }
}

/** What was compared kept changing. */
export class RosterBusyError extends Error {
  override readonly name = 'RosterBusyError';
}

/**
 * Compares a roster with what is stored and, when asked to and no row is refused, stores it: briefing, slots, people
 * and registrations together or not at all. A dry run does the same and takes it back, so it finds the same; the plan that
 * it found can be made the only one that is stored.
 *
 * @throws RosterBusyError when calls kept changing the registrations; the same import may be tried again
 * @throws DenwabanError DW_STORE_UNAVAILABLE when the store does not answer
 */
export async function importRoster(transact: InTransaction, request: ImportRequest): Promise<ImportReport> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      return await transact(async ({ briefings }) => once(briefings, request), {
        timeoutMs: IMPORT_TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
      if (error.report !== null) return error.report;
      request.onStep('somebody changed a registration meanwhile; comparing again');
    }
  }
  throw new RosterBusyError('registrations kept changing while they were compared; try again in a minute');
}

async function once(briefings: BriefingStore, request: ImportRequest): Promise<ImportReport> {
  const { briefing, table, columns, source, making, at, onStep } = request;
  if (request.createBriefing) await briefings.putBriefing(briefing);
  const finder = new SlotFinder(briefing, await briefings.listSlots(briefing.briefingId, null), making);
  onStep(`reading ${table.rows.length} rows`);
  const today = tokyoTime(at).day;
  const { rows, problems } = readRoster(table, columns, { briefing, slots: finder, source, today });
  for (const slot of finder.created) {
    const put = await briefings.putSlot(slot, at);
    if (put.outcome !== 'stored') throw new RolledBack(null);
  }
  onStep('comparing them with what is stored');
  const snapshot = await briefings.readRosterSnapshot(briefing.briefingId, keysOf(rows));
  if (snapshot === null) throw new RolledBack(null);
  const plan = planRoster(snapshot, rows);
  const refused = [...problems, ...refusedBy(plan)].sort((a, b) => a.line - b.line);
  const counts = { new: 0, changed: 0, unchanged: 0, refused: problems.length };
  for (const { verdict } of plan.entries) counts[verdict] += 1;
  const { created } = finder;
  const planId = planIdOf({ plan, refused, created, ...request });
  const report = { planId, plan, refused, counts, slots: snapshot.slots, created, applied: false };
  const { apply, onlyPlan } = request;
  if (!apply || refused.length > 0 || (onlyPlan !== null && onlyPlan !== planId))
    throw new RolledBack(report);
  onStep(`storing ${counts.new + counts.changed} rows`);
  const result = await briefings.applyRoster(plan, at);
  if (result.outcome !== 'applied') throw new RolledBack(null);
  return { ...report, applied: true };
}

const REFUSALS: Readonly<Record<RowRefusal, string>> = {
  unknown_slot: 'the briefing has no such slot',
  duplicate_row: 'an earlier row is about the same person; keep one of them',
  ambiguous: 'its telephone number and name fit several people; add 応募者ID or 受付番号',
  code_taken: 'the reservation code belongs to somebody else',
  slot_full: 'the slot has no seat left; raise its capacity or mark the row キャンセル待ち',
};

function refusedBy(plan: RosterPlan): RowProblem[] {
  return plan.entries.flatMap((entry) =>
    entry.verdict === 'refused' ? [{ line: entry.line, reason: REFUSALS[entry.reason] }] : [],
  );
}
