import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { IdentityTries } from './ports.ts';
import type { Database } from './schema.ts';

/** One counter for all nodes that share the store. Numbers are kept as hashes. */
export function createIdentityTries(db: Kysely<Database>): IdentityTries {
  return {
    async take(number, day, most) {
      const { rows } = await sql<{ tries: number }>`
        insert into identity_tries (number_hash, day, tries) values (${hashOfNumber(number)}, ${day}::date, 1)
        on conflict (number_hash, day) do update set tries = identity_tries.tries + 1
          where identity_tries.tries < ${most}::integer
        returning tries`.execute(db);
      return rows[0]?.tries ?? null;
    },
    async giveBack(number, day) {
      const own = sql`number_hash = ${hashOfNumber(number)} and day = ${day}::date`;
      await sql`
        with last as (delete from identity_tries where ${own} and tries = 1)
        update identity_tries set tries = tries - 1 where ${own} and tries > 1`.execute(db);
    },
  };
}

/** A number as counters hold it. */
export function hashOfNumber(number: string): string {
  return createHash('sha256').update(number).digest('hex').slice(0, 32);
}
