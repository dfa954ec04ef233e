import { sql } from 'kysely';
import type { Talk } from './talk.ts';

/** Nodes in this process over one server, each on a clock that the test turns. */

const STEP_MS = 100;

/** Lets time pass for one node, in steps that no deadline of a statement falls through. */
export async function turn({ app, clock }: Talk, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    clock.advance(STEP_MS);
    for (let times = 0; times < 5; times += 1) await app.store.calls.ping();
  }
}

/** Ends every line for hints of the database; clocks that stand still make no new one. */
export async function breakLines({ app }: Talk): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'denwaban-hints' and datname = current_database()`.execute(app.store.db);
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity
      where application_name = 'denwaban-hints' and datname = current_database()`.execute(app.store.db);
    if (rows.length === 0) return;
  }
}
