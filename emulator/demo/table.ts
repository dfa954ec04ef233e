import { fit, padEnd, padStart, widthOf, wrap } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Takes what is left of the width: its text is cut to fit, or wrapped. One column at most. */
  readonly fill?: 'cut' | 'wrap';
}

/** Blank columns between two cells. */
const GAP = 2;

/**
 * An aligned table: a head, a rule, and the rows.
 *
 * @param width columns of the terminal that it may take
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const filling = columns.findIndex((column) => column.fill !== undefined);
  const taken = widths.reduce((sum, each) => sum + each, 0) + GAP * (columns.length - 1);
  if (filling >= 0 && taken > width) {
    widths[filling] = Math.max(8, (widths[filling] ?? 0) - (taken - width));
  }
  const total = widths.reduce((sum, each) => sum + each, 0) + GAP * (columns.length - 1);
  const head = columns.map((column) => column.title);
  return [
    line(columns, head, widths),
    '─'.repeat(total),
    ...rows.flatMap((row) => rowLines(columns, row, widths)),
  ];
}

/** One row; wrapped cells make it several lines. */
function rowLines(columns: readonly Column[], row: readonly string[], widths: readonly number[]): string[] {
  const cells = columns.map((column, index) => {
    const text = row[index] ?? '';
    const width = widths[index] ?? 0;
    return column.fill === 'wrap' ? wrap(text, width) : [fit(text, width)];
  });
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, level) =>
    line(
      columns,
      cells.map((cell) => cell[level] ?? ''),
      widths,
    ),
  );
}

function line(columns: readonly Column[], cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      return columns[index]?.align === 'right' ? padStart(cell, width) : padEnd(cell, width);
    })
    .join(' '.repeat(GAP))
    .trimEnd();
}
