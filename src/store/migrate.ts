import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Log } from '../lib/log.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Database } from './schema.ts';

/**
 * Applies the migrations that are missing. Several processes may do so at once: on PostgreSQL the Migrator
 * holds an advisory lock, and the embedded store has one process only.
 *
 * @throws the driver's error of the migration that failed; what was applied before it stays
 */
export async function migrate(db: Kysely<Database>, log: Log): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) {
    if (result.status === 'Success') log.info({ migration: result.migrationName }, 'migration applied');
  }
  if (error !== undefined) throw error;
}
