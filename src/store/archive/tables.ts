import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';

/** A table as the database itself describes it. */
export interface ArchivedTable {
  readonly name: string;
  /** All but generated ones, which the database fills by itself. */
  readonly columns: readonly string[];
  /** Columns of the primary key: the order of the rows in an archive. */
  readonly key: readonly string[];
}

/** Tables that belong to one database and mean nothing in another. The engine of durable jobs has a schema of its own. */
const NOT_ARCHIVED: readonly string[] = ['kysely_migration', 'kysely_migration_lock'];

interface TableRow {
  readonly name: string;
  readonly columns: string[];
  readonly key: string[];
}

/**
 * The tables of the store, each behind those that its rows refer to.
 *
 * @throws TypeError for tables that refer to each other in a circle of checks that cannot wait for the commit, or that
 *   lack a primary key: the schema has to change
 */
export async function readTables(db: Kysely<Database>): Promise<ArchivedTable[]> {
  const { rows } = await sql<TableRow>`
    select c.relname::text as name,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        order by a.attnum) as columns,
      array(select a.attname::text from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = c.oid and i.indisprimary
        order by array_position(i.indkey::smallint[], a.attnum)) as key
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname <> all(${[...NOT_ARCHIVED]}::text[])
    order by c.relname`.execute(db);
  const keyless = rows.find(({ key }) => key.length === 0);
  if (keyless !== undefined) throw new TypeError(`table ${keyless.name} has no primary key`);
  return parentsFirst(rows, await readReferences(db));
}

/** `child refers to parent`, where the check does not wait for the commit. */
async function readReferences(db: Kysely<Database>): Promise<{ child: string; parent: string }[]> {
  const { rows } = await sql<{ child: string; parent: string }>`
    select distinct child.relname::text as child, parent.relname::text as parent
    from pg_constraint r
    join pg_class child on child.oid = r.conrelid
    join pg_class parent on parent.oid = r.confrelid
    where r.contype = 'f' and not r.condeferrable and r.conrelid <> r.confrelid
      and r.connamespace = current_schema()::regnamespace`.execute(db);
  return rows;
}

function parentsFirst(
  tables: readonly ArchivedTable[],
  references: readonly { readonly child: string; readonly parent: string }[],
): ArchivedTable[] {
  const ordered: ArchivedTable[] = [];
  const done = new Set<string>();
  let rest = [...tables];
  while (rest.length > 0) {
    const ready = rest.filter(({ name }) =>
      references.every(({ child, parent }) => child !== name || done.has(parent)),
    );
    if (ready.length === 0) throw new TypeError(`tables refer to each other: ${names(rest)}`);
    for (const table of ready) done.add(table.name);
    ordered.push(...ready);
    rest = rest.filter(({ name }) => !done.has(name));
  }
  return ordered;
}

function names(tables: readonly ArchivedTable[]): string {
  return tables.map(({ name }) => name).join(', ');
}

/** The last value that each sequence has given; those that gave none are left out. */
export async function readSequences(db: Kysely<Database>): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; last: string }>`
    select sequencename::text as name, last_value::text as last from pg_sequences
    where schemaname = current_schema() and last_value is not null order by sequencename`.execute(db);
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]));
}

/** Names of the migrations that made the tables what they are, in their order. */
export async function readMigrations(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}
