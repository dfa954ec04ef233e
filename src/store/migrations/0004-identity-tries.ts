import { type Kysely, sql } from 'kysely';

/** Counters of claims of identity that named nobody. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table identity_tries (
    number_hash text not null,
    day date not null,
    tries integer not null check (tries > 0),
    primary key (number_hash, day)
  )`.execute(db);
}
