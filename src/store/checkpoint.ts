import { type Kysely, sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import { type Schedule, startSchedule } from './schedule.ts';
import type { Database } from './schema.ts';

/**
 * The embedded engine writes no checkpoint by itself: without one its log grows for as long as the process
 * lives. A checkpoint takes some ten milliseconds, so it may run beside calls.
 */
export const CHECKPOINT_INTERVAL_MS = 180_000;

/** Writes a checkpoint every few minutes. */
export function startCheckpoints(db: Kysely<Database>, clock: Clock, log: Log): Schedule {
  return startSchedule(clock, CHECKPOINT_INTERVAL_MS, async () => {
    try {
      await sql`checkpoint`.execute(db);
    } catch (error) {
      log.error({ error: describeError(error) }, 'checkpoint failed');
    }
    return CHECKPOINT_INTERVAL_MS;
  });
}
