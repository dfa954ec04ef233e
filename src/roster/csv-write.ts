import { stringify } from 'csv-stringify/sync';

/** What a spreadsheet takes for the beginning of a formula, or hides before one. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/u;

/**
 * A table as CSV for a spreadsheet: lines end in CRLF, and a cell that would be calculated gets an apostrophe before
 * it. Null is an empty cell.
 */
export function writeTable(header: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => neutralised(cell ?? '')));
  return stringify(cells, { record_delimiter: '\r\n' });
}

function neutralised(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}
