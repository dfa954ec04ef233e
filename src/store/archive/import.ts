import { type Kysely, sql } from 'kysely';
import { DenwabanError } from '../../errors.ts';
import type { Database } from '../schema.ts';
import type { TableProgress } from './export.ts';
import { damaged, End, Head, readMark, TableMark } from './format.ts';
import { readLines, type Line } from './lines.ts';
import { readMigrations, readTables, type ArchivedTable } from './tables.ts';

/** Rows stored with one statement, and the text they may have together. */
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 1_000_000;

/**
 * Fills an empty store from the text of an archive. `trx` is a transaction of its own: when this throws, roll it back
 * and nothing is stored.
 *
 * @throws DenwabanError DW_ARCHIVE when the archive is damaged or of another version, or the store is not empty
 */
export async function restoreArchive(
  trx: Kysely<Database>,
  source: AsyncIterable<Uint8Array>,
  onTable: TableProgress = () => undefined,
): Promise<void> {
  const tables = await readTables(trx);
  await prepare(trx, tables);
  const lines = readLines(source);
  await readHead(trx, lines);
  const end = await readBody(trx, lines, tables, onTable);
  if (!(await lines.next()).done) throw damaged('something follows its end');
  // What waits for the commit is checked here, where it can still be said what is wrong.
  await sql`set constraints all immediate`.execute(trx);
  for (const { name } of tables) await sql`alter table ${sql.table(name)} enable trigger user`.execute(trx);
  for (const [name, last] of Object.entries(end.sequences)) await setSequence(trx, name, last);
}

/** Nobody else writes, nothing is there, and the rows are taken as they are: their triggers have fired long ago. */
async function prepare(trx: Kysely<Database>, tables: readonly ArchivedTable[]): Promise<void> {
  for (const { name } of tables) await sql`alter table ${sql.table(name)} disable trigger user`.execute(trx);
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(trx);
    if (rows.length > 0) filled.push(name);
  }
  if (filled.length > 0) {
    throw new DenwabanError(
      'DW_ARCHIVE',
      `the store is not empty (${filled.join(', ')}): import into a new DATA_DIR or database. Nothing was changed`,
    );
  }
}

async function readHead(trx: Kysely<Database>, lines: AsyncGenerator<Line>): Promise<void> {
  const first = await lines.next();
  const head = first.done === true ? null : readMark(first.value.text, 'denwaban', Head);
  if (head === null) throw damaged('it does not begin as one');
  const here = await readMigrations(trx);
  if (head.migrations.join() === here.join()) return;
  const newer = head.migrations.length > here.length ? 'newer' : 'older';
  throw new DenwabanError(
    'DW_ARCHIVE',
    `the archive was written by ${newer} version ${head.version}: import it with that version, which can then be updated. Nothing was stored`,
  );
}

async function readBody(
  trx: Kysely<Database>,
  lines: AsyncGenerator<Line>,
  tables: readonly ArchivedTable[],
  onTable: TableProgress,
): Promise<End> {
  const counts: Record<string, number> = {};
  let filling: TableFiller | null = null;
  const finish = async (): Promise<void> => {
    if (filling === null) return;
    counts[filling.name] = await filling.end();
    onTable(filling.name, counts[filling.name] ?? 0);
  };
  for await (const line of keepOpen(lines)) {
    if (!line.text.startsWith('@')) {
      if (filling === null) throw damaged('a row stands before its table');
      await filling.add(line.text);
      continue;
    }
    await finish();
    const mark = readMark(line.text, 'table', TableMark);
    if (mark !== null) {
      filling = new TableFiller(trx, tableOf(mark, tables, counts));
      continue;
    }
    const end = readMark(line.text, 'end', End);
    if (end === null) throw damaged('a line is not understood');
    if (end.sha256 !== line.digestBefore()) throw damaged('its digest is another');
    if (Object.keys(end.rows).some((name) => counts[name] !== end.rows[name]))
      throw damaged('rows are missing');
    return end;
  }
  throw damaged('its end is missing');
}

/** The lines, which can be read further when the loop over them is left. */
async function* keepOpen(lines: AsyncGenerator<Line>): AsyncGenerator<Line> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) yield next.value;
}

function tableOf(
  mark: TableMark,
  tables: readonly ArchivedTable[],
  counts: Readonly<Record<string, number>>,
): ArchivedTable {
  const table = tables.find(({ name }) => name === mark.name);
  if (table === undefined || counts[mark.name] !== undefined)
    throw damaged(`table ${mark.name} is unknown or double`);
  if (table.columns.join() !== mark.columns.join()) throw damaged(`table ${mark.name} has other columns`);
  return table;
}

/** Collects rows of one table and stores them in batches. */
class TableFiller {
  readonly #trx: Kysely<Database>;
  readonly #table: ArchivedTable;
  #rows: string[] = [];
  #characters = 0;
  #count = 0;

  constructor(trx: Kysely<Database>, table: ArchivedTable) {
    this.#trx = trx;
    this.#table = table;
  }

  get name(): string {
    return this.#table.name;
  }

  async add(row: string): Promise<void> {
    this.#rows.push(row);
    this.#characters += row.length;
    this.#count += 1;
    if (this.#rows.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) await this.#store();
  }

  /** Stores what is left. @returns how many rows there were */
  async end(): Promise<number> {
    if (this.#rows.length > 0) await this.#store();
    return this.#count;
  }

  async #store(): Promise<void> {
    const rows = `[${this.#rows.join(',')}]`;
    this.#rows = [];
    this.#characters = 0;
    const table = sql.table(this.#table.name);
    const columns = sql.join(this.#table.columns.map((column) => sql.ref(column)));
    await sql`insert into ${table} (${columns}) overriding system value
      select ${columns} from jsonb_populate_recordset(null::${table}, ${rows}::text::jsonb)`.execute(
      this.#trx,
    );
  }
}

async function setSequence(trx: Kysely<Database>, name: string, last: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_sequences
    where schemaname = current_schema() and sequencename = ${name}`.execute(trx);
  if (rows.length === 0) throw damaged(`sequence ${name} is unknown`);
  await sql`select setval(${`"${name}"`}::text::regclass, ${last}::text::bigint)`.execute(trx);
}
