import { stringify } from 'csv-stringify/sync';

/** What a spreadsheet takes for the beginning of a formula, or hides before one. CP932 writes the sign U+2212 as －. */
const FORMULA = /^[=+\-@\t\r＝＋－＠\u2212]/u;

/**
 * What a spreadsheet reads as a number, a day or a time, and writes back as something else: 0012, 1E05, 1/2, MAR10, and
 * numbers of more than eleven digits.
 */
const MISREAD =
  /^(?:0\d+|\d{12,}|\d+(?:\.\d+)?E\d+|\d+[./:]\d.*|\d*(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d*)$/iu;

/**
 * A table as CSV for a spreadsheet: lines end in CRLF, and a cell that would be calculated gets an apostrophe before
 * it. Null is an empty cell.
 *
 * @param text headers of columns whose cells also get one where a spreadsheet would change them: it shows the apostrophe
 * and writes it back, while ="0012" becomes 0012 at the first saving, and 12 at the second opening
 */
export function writeTable(
  header: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  text: readonly string[] = [],
): string {
  const cells = rows.map((row) =>
    row.map((cell, index) => neutralised(cell ?? '', text.includes(header[index] ?? ''))),
  );
  return stringify([header.map((name) => neutralised(name, false)), ...cells], { record_delimiter: '\r\n' });
}

function neutralised(cell: string, asText: boolean): string {
  return FORMULA.test(cell) || (asText && MISREAD.test(cell)) ? `'${cell}` : cell;
}
