import { type Kysely, sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import { type Schedule, startSchedule } from './schedule.ts';
import type { Database } from './schema.ts';

/** The embedded engine has no autovacuum: dead rows and stale statistics are cleared hourly. */
export const VACUUM_INTERVAL_MS = 3_600_000;

/** A vacuum holds the event loop for up to half a second, so it waits until no call is live; asked again so often. */
export const VACUUM_RETRY_MS = 60_000;

/** Vacuums every table while `busy` says that no call is live; a call that arrives meanwhile stops it. */
export function startVacuums(db: Kysely<Database>, clock: Clock, log: Log, busy: () => boolean): Schedule {
  return startSchedule(clock, VACUUM_INTERVAL_MS, async () => {
    try {
      return (await vacuumAll(db, busy)) ? VACUUM_INTERVAL_MS : VACUUM_RETRY_MS;
    } catch (error) {
      log.error({ error: describeError(error) }, 'vacuum failed');
      return VACUUM_RETRY_MS;
    }
  });
}

/** @returns false when a call interrupted the round */
async function vacuumAll(db: Kysely<Database>, busy: () => boolean): Promise<boolean> {
  if (busy()) return false;
  const { rows } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db);
  for (const { name } of rows) {
    if (busy()) return false;
    await sql.raw(`vacuum (analyze) ${name}`).execute(db);
  }
  return true;
}
