import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { FORMAT, markLine } from './format.ts';
import { readMigrations, readSequences, readTables, type ArchivedTable } from './tables.ts';

/** Rows fetched at once: little enough for memory, enough to be quick. */
const FETCH_ROWS = 500;

export interface ArchiveLabel {
  /** Version of the program. */
  readonly version: string;
  /** Ms since the Unix epoch. */
  readonly at: number;
}

/** Told after each table. */
export type TableProgress = (table: string, rows: number) => void;

/**
 * The store as the text of an archive, piece by piece. `trx` is one transaction that sees one moment (repeatable read);
 * it stays open until the last piece is taken.
 */
export async function* archiveText(
  trx: Kysely<Database>,
  label: ArchiveLabel,
  onTable: TableProgress = () => undefined,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const digested = (text: string): string => {
    hash.update(text);
    return text;
  };
  const counts: Record<string, number> = {};

  yield digested(
    markLine('denwaban', {
      format: FORMAT,
      version: label.version,
      created_at: new Date(label.at).toISOString(),
      migrations: await readMigrations(trx),
    }),
  );
  for (const table of await readTables(trx)) {
    yield digested(markLine('table', { name: table.name, columns: table.columns }));
    let count = 0;
    for await (const rows of rowsOf(trx, table)) {
      count += rows.length;
      yield digested(rows.map((row) => `${row}\n`).join(''));
    }
    counts[table.name] = count;
    onTable(table.name, count);
  }
  const sequences = await readSequences(trx);
  yield markLine('end', { rows: counts, sequences, sha256: hash.digest('hex') });
}

/** The rows as the database writes them as JSON: on one line each, and every number exact. */
async function* rowsOf(trx: Kysely<Database>, table: ArchivedTable): AsyncGenerator<string[]> {
  const columns = sql.join(table.columns.map((column) => sql.ref(column)));
  const order = sql.join(table.key.map((column) => sql.ref(column)));
  await sql`declare archive_rows no scroll cursor for
    select to_jsonb(r)::text as line
    from (select ${columns} from ${sql.table(table.name)} order by ${order}) r`.execute(trx);
  for (;;) {
    const { rows } = await sql<{
      line: string;
    }>`fetch ${sql.lit(FETCH_ROWS)} from archive_rows`.execute(trx);
    if (rows.length > 0) yield rows.map(({ line }) => line);
    if (rows.length < FETCH_ROWS) break;
  }
  await sql`close archive_rows`.execute(trx);
}
