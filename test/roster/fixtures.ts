import { mapColumns, type Columns } from '../../src/roster/columns.ts';
import { readTable, type Table } from '../../src/roster/csv-read.ts';
import { importRoster, type ImportReport, type ImportRequest } from '../../src/roster/import-roster.ts';
import type { Store } from '../../src/store/open.ts';
import { briefingOf, slotOf } from '../store/briefing/fixtures.ts';

/** 20 November 2026, 9:00 in Tokyo. */
export const NOW = Date.parse('2026-11-20T09:00:00+09:00');

export const BRIEFING = briefingOf('b');

/** A slot of the briefing that starts at that hour of 24 November 2026 in Tokyo. */
export function slotAt(hour: number, capacity: number | null = null): ReturnType<typeof slotOf> {
  const startsAt = Date.parse('2026-11-24T00:00:00+09:00') + hour * 3_600_000;
  return slotOf('b', hour, { startsAt, endsAt: startsAt + 3_600_000, capacity });
}

export function tableOf(text: string): Table {
  const result = readTable(text);
  if ('problem' in result) throw new TypeError(result.problem);
  return result.table;
}

export function columnsOf(table: Table): Columns {
  const columns = mapColumns(table.header);
  if ('problem' in columns) throw new TypeError(columns.problem);
  return columns;
}

export async function imported(
  store: Store,
  text: string,
  changes: Partial<ImportRequest> = {},
): Promise<ImportReport> {
  const table = tableOf(text);
  return importRoster(store.transact, {
    table,
    columns: columnsOf(table),
    briefing: BRIEFING,
    createBriefing: false,
    making: null,
    source: 'csv',
    apply: true,
    onlyPlan: null,
    at: NOW,
    onStep: () => {},
    ...changes,
  });
}
