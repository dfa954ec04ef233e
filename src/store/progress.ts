import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { StoredProgress } from './ports.ts';
import { OPEN_STATE } from './states.ts';

export async function readProgress(context: StoreContext, callId: string): Promise<StoredProgress | null> {
  return context.run('readProgress', async () => {
    const { rows } = await sql<{ body: unknown; age_ms: number }>`
      select body, (extract(epoch from clock_timestamp() - claimed_at) * 1000)::float8 as age_ms
      from calls left join call_progress using (call_id)
      where calls.call_id = ${callId} and ${OPEN_STATE}`.execute(context.db);
    const [row] = rows;
    return row === undefined ? null : { body: row.body, ageMs: Math.max(0, row.age_ms) };
  });
}
