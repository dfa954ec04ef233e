import { type Kysely, sql } from 'kysely';

/** The calendar entry that a mail about a registration carries, as it stood when the mail was put in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table outbound_messages add column calendar text`.execute(db);
}
