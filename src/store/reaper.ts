import { sql } from 'kysely';
import type { Atomic } from './atomic.ts';
import type { CallReaper } from './ports.ts';
import { OPEN_STATE } from './states.ts';

/** Calls ended by one statement: more of them at once would be an outage of another kind. */
const MAX_CALLS = 100;

/** The last resort over one connection pool or embedded engine. */
export function createCallReaper(atomic: Atomic): CallReaper {
  return {
    reap: async (maxAgeMs, overMaxMs) =>
      // The epoch rises: whoever insists on owning the call stores nothing more of it.
      atomic('reapCalls', async ({ trx, endedCall }) => {
        const { rows } = await sql<{ call_id: string; ended_at: Date }>`
          with old as materialized (
            select call_id from calls where ${OPEN_STATE} and claimed_at < ${before(maxAgeMs)}
            order by claimed_at limit ${MAX_CALLS} for no key update skip locked
          )
          update calls set epoch = epoch + 1, end_party = 'denwaban', end_detail = 'reaped', ended_at = clock_timestamp(),
            state = case when state in ('claimed', 'accepting') then 'missed' else 'ended' end,
            end_reason = case when state in ('claimed', 'accepting') then 'process_lost' else 'max_duration' end
          from old where calls.call_id = old.call_id
          returning calls.call_id, ended_at`.execute(trx);
        for (const row of rows) endedCall(row.call_id, row.ended_at.getTime());
        const { rows: left } = await sql<{ n: number }>`
          select count(*)::integer as n from calls where ${OPEN_STATE} and claimed_at < ${before(overMaxMs)}`.execute(
          trx,
        );
        return { reaped: rows.map((row) => row.call_id), overMax: left[0]?.n ?? 0 };
      }),
  };
}

function before(ms: number) {
  return sql`clock_timestamp() - ${ms}::float8 * interval '1 millisecond'`;
}
