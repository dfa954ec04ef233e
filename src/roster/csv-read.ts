import { CsvError, parse } from 'csv-parse/sync';

/** One line of a table; cells stand under their column's number. */
export interface TableRow {
  /** Line of the file in which the row begins, 1 for the first. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table as it stands in a file. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

/** A table, or where and why the text is none. */
export type TableResult =
  | { readonly table: Table }
  | { readonly problem: string; readonly line: number | null };

/** Characters. A longer field is a quotation mark that was never closed. */
const MAX_RECORD = 100_000;

/**
 * Reads comma or tab separated text whose first line names the columns. Empty lines are left out. Rows keep the number
 * of cells they have: whether that is right is judged by who reads them.
 */
export function readTable(text: string): TableResult {
  // Line numbers are counted right only when lines end alike.
  const lines = text.replace(/^\uFEFF/u, '').replace(/\r\n?/gu, '\n');
  const first = lines.slice(0, lines.indexOf('\n') === -1 ? undefined : lines.indexOf('\n'));
  const delimiter = first.includes('\t') && !first.includes(',') ? '\t' : ',';
  try {
    const records: unknown = parse(lines, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: '\n',
      max_record_size: MAX_RECORD,
    });
    const [header, ...rows] = (records as readonly ParsedRecord[]).map(toRow);
    if (header === undefined) return { problem: 'the file is empty', line: null };
    return {
      table: {
        header: header.cells,
        rows: rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== '')),
      },
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { problem: PROBLEMS[error.code] ?? 'this is not CSV', line: lineOf(error) };
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function toRow({ record, info }: ParsedRecord): TableRow {
  const breaks = record.reduce((count, cell) => count + cell.split('\n').length - 1, 0);
  return { line: info.lines - breaks, cells: record };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quotation mark',
  CSV_MAX_RECORD_SIZE: 'a row is too long; is a quotation mark not closed?',
  INVALID_OPENING_QUOTE: 'a quotation mark stands inside an unquoted field; double it and quote the field',
};

function lineOf(error: CsvError): number | null {
  const { lines } = error;
  return typeof lines === 'number' ? lines : null;
}
