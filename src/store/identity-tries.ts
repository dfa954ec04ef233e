import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { IdentityTries } from './ports.ts';
import type { Database } from './schema.ts';

/** One counter for all nodes that share the store. Numbers are kept as hashes. */
export function createIdentityTries(db: Kysely<Database>): IdentityTries {
  return {
    async add(number, day) {
      await sql`
        insert into identity_tries (number_hash, day, tries) values (${hashOf(number)}, ${day}::date, 1)
        on conflict (number_hash, day) do update set tries = identity_tries.tries + 1`.execute(db);
    },
    async count(number, day) {
      const { rows } = await sql<{ tries: number }>`
        select tries from identity_tries where number_hash = ${hashOf(number)} and day = ${day}::date`.execute(
        db,
      );
      return rows[0]?.tries ?? 0;
    },
  };
}

function hashOf(number: string): string {
  return createHash('sha256').update(number).digest('hex').slice(0, 32);
}
