import { type Kysely, sql } from 'kysely';

/** Who is full goes out of service only while somebody else is not: nodes tell each other whether they have room. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // A node of an earlier release does not say. Load balancers know when it is full, so that a full node may count on it.
  `alter table nodes add column room boolean not null default true`,
];
