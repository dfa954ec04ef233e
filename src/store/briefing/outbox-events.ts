import { sql } from 'kysely';
import type { OutboxEvent } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';

interface TakenRow {
  readonly event: Omit<OutboxEvent, 'createdAt'>;
  readonly created_at: Date;
}

/** Takes undispatched events, oldest first. Several nodes may take at once: none waits and none gets the same. */
export async function takeOutboxEvents(context: StoreContext, limit: number): Promise<OutboxEvent[]> {
  return context.run(
    'takeOutboxEvents',
    async () => {
      const { rows } = await sql<TakenRow>`
        with open as materialized (
          select event_id from outbox_events where dispatched_at is null
          order by sequence
          limit ${limit}
          for update skip locked
        ), taken as (
          update outbox_events set dispatched_at = clock_timestamp()
          from open where outbox_events.event_id = open.event_id
          returning outbox_events.*
        )
        select jsonb_build_object('eventId', event_id, 'kind', kind, 'payload', payload) as event, created_at
        from taken order by sequence`.execute(context.db);
      return rows.map((row) => ({ ...row.event, createdAt: row.created_at.getTime() }) as OutboxEvent);
    },
    { repeat: 'rolled-back' },
  );
}
