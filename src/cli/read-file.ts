import { readFile, stat } from 'node:fs/promises';
import { FIELDS, mapColumns, readColumnRule, type Columns, type Field } from '../roster/columns.ts';
import { readTable, type Table } from '../roster/csv-read.ts';
import { decodeText, type TextEncoding } from '../roster/encoding.ts';
import { MAX_ROWS } from '../roster/import-roster.ts';
import { OperatorError, UsageError, type Surroundings } from './program.ts';

/** Bytes. The largest roster that is taken has a tenth of it. */
const MAX_BYTES = 50_000_000;

/** A CSV file, read. */
export interface ListFile {
  readonly table: Table;
  readonly columns: Columns;
  readonly encoding: TextEncoding;
}

/** Stands for the standard input in the place of a file: where the program runs in a container, the list is outside. */
const STANDARD_INPUT = '-';

/**
 * Reads a CSV file, or the standard input when it is called `-`.
 *
 * @param given `field=header` for columns that are called otherwise
 * @throws OperatorError when the file cannot be read or understood, UsageError for a wrong `given`
 */
export async function readListFile(
  path: string,
  given: readonly string[],
  { input }: Pick<Surroundings, 'input'>,
): Promise<ListFile> {
  const names = new Map(given.map(readColumnOption));
  const decoded = decodeText(await readBytes(path, input));
  if (decoded === null)
    throw new OperatorError(
      `${path} is neither UTF-8 nor CP932 (Shift_JIS). In Excel, save it as 「CSV UTF-8 (コンマ区切り)」.`,
    );
  const result = readTable(decoded.text);
  if ('problem' in result)
    throw new OperatorError(
      `${path}${result.line === null ? '' : `, line ${result.line}`}: ${result.problem}`,
    );
  const { table } = result;
  const columns = mapColumns(table.header, names);
  if ('problem' in columns) throw new OperatorError(`${path}: ${columns.problem}`);
  if (columns.at.size === 0)
    throw new OperatorError(
      `${path}: the first line names no known column. It must hold headers such as 氏名,フリガナ,電話番号,日時.`,
    );
  if (table.rows.length > MAX_ROWS)
    throw new OperatorError(
      `${path} has ${table.rows.length} rows; the most at once is ${MAX_ROWS}. Divide the file.`,
    );
  return { table, columns, encoding: decoded.encoding };
}

function readColumnOption(option: string): readonly [string, Field] {
  const rule = readColumnRule(option);
  if (rule !== null) return rule;
  throw new UsageError(`--column ${option}: write FIELD=HEADER; fields are ${FIELDS.join(', ')}.`);
}

async function readBytes(path: string, input: Surroundings['input']): Promise<Uint8Array> {
  try {
    if (path === STANDARD_INPUT && input !== undefined) return await readAll(input());
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw tooLarge(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`${path} cannot be read (${fileProblem(error)}).`);
  }
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of input) {
    parts.push(part);
    size += part.length;
    if (size > MAX_BYTES) throw tooLarge('the standard input');
  }
  return Buffer.concat(parts);
}

function tooLarge(name: string): OperatorError {
  return new OperatorError(`${name} is larger than ${MAX_BYTES} bytes. Divide the file.`);
}

/** The system's code of a failed file operation. */
export function fileProblem(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
