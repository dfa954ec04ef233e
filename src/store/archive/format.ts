import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { DenwabanError } from '../../errors.ts';

/**
 * An archive is text, compressed with gzip: lines that begin with `@` say what follows, all others are rows as JSON.
 *
 *     @denwaban {"format":1,…}
 *     @table {"name":"calls",…}
 *     {"call_id":"rtc_…",…}
 *     @end {"rows":{"calls":1},…,"sha256":"…"}
 *
 * The digest covers every byte before the line `@end`: an archive without it, or with another one, is damaged.
 */
export const FORMAT = 1;

/** The longest line that is read, in bytes: far beyond any row. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const Name = Type.String({ pattern: '^[a-z][a-z0-9_]{0,62}$' });

/** First line. */
export const Head = Type.Object({
  format: Type.Literal(FORMAT),
  /** Version of the program that wrote it. */
  version: Type.String(),
  created_at: Type.String(),
  /** The archive fits into a store with exactly these. */
  migrations: Type.Array(Type.String()),
});
export type Head = Static<typeof Head>;

/** Before the rows of a table. */
export const TableMark = Type.Object({ name: Name, columns: Type.Array(Name, { minItems: 1 }) });
export type TableMark = Static<typeof TableMark>;

/** Last line. */
export const End = Type.Object({
  rows: Type.Record(Name, Type.Integer({ minimum: 0 })),
  sequences: Type.Record(Name, Type.String({ pattern: '^\\d{1,19}$' })),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type End = Static<typeof End>;

/** Words that begin a line about the archive itself. */
export type Mark = 'denwaban' | 'table' | 'end';

/** Writes such a line. */
export function markLine(mark: Mark, value: object): string {
  return `@${mark} ${JSON.stringify(value)}\n`;
}

/**
 * Reads such a line.
 *
 * @returns null when the line does not begin with the mark
 * @throws DenwabanError DW_ARCHIVE when it does and is not understood
 */
export function readMark<T extends TSchema>(line: string, mark: Mark, schema: T): Static<T> | null {
  const start = `@${mark} `;
  if (!line.startsWith(start)) return null;
  const value = parse(line.slice(start.length));
  const validator = Compile(schema);
  if (!validator.Check(value)) throw damaged(`its line @${mark} is not understood`);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged('a line is cut');
  }
}

/** The archive cannot be trusted; nothing of it was stored. */
export function damaged(what: string): DenwabanError {
  return new DenwabanError(
    'DW_ARCHIVE',
    `the archive is damaged or none: ${what}. Nothing was stored; take another copy`,
  );
}
