import {
  ATTENDANCE_LABELS,
  ATTENDANCE_STATUSES,
  type AttendanceStatus,
} from '../briefing/attendance-status.ts';
import type { Briefing } from '../briefing/briefing.ts';
import type { RosterKeys, RosterRow } from '../briefing/roster-plan.ts';
import { Cells, RowError, textKey, type RowProblem } from './cells.ts';
import type { Columns } from './columns.ts';
import type { Table } from './csv-read.ts';
import { readApplicant } from './read-applicant.ts';
import { readSlotWish } from './read-slot.ts';
import type { SlotFinder } from './slot-finder.ts';

/** What is needed to understand a roster. */
export interface RosterReading {
  readonly briefing: Briefing;
  readonly slots: SlotFinder;
  /** Name of the system that the file comes from; ids of applicants are unique in it. */
  readonly source: string;
  /** The day in Tokyo. */
  readonly today: string;
}

/** Rows that can be read, and those that cannot. */
export interface RosterReadingResult {
  readonly rows: readonly RosterRow[];
  readonly problems: readonly RowProblem[];
}

/** Reads every row of a roster; what is wrong with one does not keep the others from being read. */
export function readRoster(table: Table, columns: Columns, reading: RosterReading): RosterReadingResult {
  const rows: RosterRow[] = [];
  const problems: RowProblem[] = [];
  for (const row of table.rows) {
    try {
      if (row.cells.length !== table.header.length) {
        const has = `the row has ${row.cells.length} cells, the header ${table.header.length}`;
        throw new RowError(`${has}; is a comma or quotation mark missing?`);
      }
      rows.push(readRow(new Cells(row, columns), reading));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line: row.line, reason: error.message });
    }
  }
  return { rows, problems };
}

function readRow(cells: Cells, { briefing, slots, source, today }: RosterReading): RosterRow {
  const named = cells.text('briefing');
  if (named !== null && !isNamed(briefing, named))
    throw new RowError(
      `the row is about 「${named}」, not about 「${briefing.title}」; import each briefing by itself`,
    );
  const applicant = readApplicant(cells, source);
  const status = readStatus(cells);
  return { line: cells.line, applicant, status, slotId: slots.find(readSlotWish(cells, today)).slotId };
}

/** Whether a text is the title or the id of a briefing. */
export function isNamed(briefing: Pick<Briefing, 'briefingId' | 'title'>, name: string): boolean {
  return textKey(briefing.title) === textKey(name) || briefing.briefingId === name;
}

const STATUS_OF = new Map<string, AttendanceStatus>(
  ATTENDANCE_STATUSES.flatMap((status) => [
    [textKey(ATTENDANCE_LABELS[status]), status],
    [status, status],
  ]),
);

function readStatus(cells: Cells): AttendanceStatus | null {
  const text = cells.text('status');
  if (text === null) return null;
  const status = STATUS_OF.get(textKey(text));
  if (status !== undefined) return status;
  throw new RowError(`status: 「${text}」 is none of ${Object.values(ATTENDANCE_LABELS).join(', ')}`);
}

/** The keys by which the store may know the people of these rows. */
export function keysOf(rows: readonly RosterRow[]): RosterKeys {
  const people = rows.map(({ applicant }) => applicant);
  return {
    externalIds: people.flatMap(({ source, externalId }) =>
      externalId === null ? [] : [{ source, externalId }],
    ),
    reservationCodes: people.flatMap(({ reservationCode }) => reservationCode ?? []),
    phones: people.flatMap(({ phones }) => [...phones]),
  };
}
