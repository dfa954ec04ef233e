import { foldWidth } from '../briefing/kana.ts';
import type { Columns, Field } from './columns.ts';
import type { TableRow } from './csv-read.ts';

/** A reason why a row cannot be taken, in words for who can correct it. */
export interface RowProblem {
  /** Line of the file, 1 for the first. */
  readonly line: number;
  readonly reason: string;
}

/** Ends the reading of one row. The message says what is wrong with which field. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

/** Characters. What is longer belongs to another column. */
const MAX_CELL = 500;

/** The apostrophe that keeps a spreadsheet from calculating with a text, or reading it as a number; see csv-write. */
const NEUTRALISED = /^'(?=[=+\-@\t\r\d＝＋－＠\u2212])/u;
/** The same before a code, which begins with none. */
const CODE_MARK = /^'/u;
const CODES: ReadonlySet<Field> = new Set(['code', 'externalId']);

/** The cells of one row by field: NFKC, without invisible and control characters, spaces squeezed. */
export class Cells {
  readonly line: number;
  readonly #row: TableRow;
  readonly #columns: Columns;

  constructor(row: TableRow, columns: Columns) {
    this.line = row.line;
    this.#row = row;
    this.#columns = columns;
  }

  /**
   * Null when the file has no such column or the cell is empty.
   *
   * @throws RowError when the cell is too long
   */
  text(field: Field): string | null {
    const index = this.#columns.at.get(field);
    const cell = index === undefined ? undefined : this.#row.cells[index];
    if (cell === undefined) return null;
    const text = foldWidth(cell.replace(CODES.has(field) ? CODE_MARK : NEUTRALISED, ''))
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim();
    if (text.length > MAX_CELL) throw new RowError(`${field}: longer than ${MAX_CELL} characters`);
    return text === '' ? null : text;
  }
}

/** Text without spaces and case, to find out whether two mean the same. */
export function textKey(text: string): string {
  return foldWidth(text).toLowerCase().replace(/\s/gu, '');
}
