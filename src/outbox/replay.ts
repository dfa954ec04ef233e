import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { OutboxDatabase } from './delivery.ts';
import type { JobEngine } from './jobs.ts';
import { queueOf } from './queues.ts';
import { isMessageId } from './rows.ts';

/** Tries begin anew and last a day, ms. */
const LIFE_MS = 86_400_000 + 3_600_000;
/** Deliveries in one transaction; longer ones would hold up calls on the embedded engine. */
const BATCH = 50;

/** Which deliveries are sent again. */
export interface ReplayRequest {
  /** One delivery; absent: all that the other fields name. */
  readonly messageId?: string;
  /** Name of a target; absent: all. */
  readonly target?: string;
  /** Events stored at or after this instant, ms since the Unix epoch. */
  readonly since: number;
  /** `failed`: those that were given up or refused. `all`: also those that arrived. */
  readonly which: 'failed' | 'all';
}

export interface ReplayParts {
  readonly database: OutboxDatabase;
  readonly jobs: Pick<JobEngine, 'add'>;
  readonly clock: Clock;
}

/**
 * Sends webhooks again, oldest first, each with the id it had: a receiver that has it already drops it. Messages to
 * people are never replayed.
 *
 * @returns the number of deliveries that were queued
 */
export async function replayWebhooks(parts: ReplayParts, request: ReplayRequest): Promise<number> {
  if (request.messageId !== undefined && !isMessageId(request.messageId)) return 0;
  const startedAt = parts.clock.now();
  let total = 0;
  for (;;) {
    const queued = await batch(parts, request, startedAt);
    total += queued;
    if (queued < BATCH) return total;
  }
}

async function batch(parts: ReplayParts, request: ReplayRequest, startedAt: number): Promise<number> {
  const states = request.which === 'all' ? ['failed', 'dead', 'sent'] : ['failed', 'dead'];
  return parts.database.transact(async ({ trx }) => {
    const { rows } = await sql<{ message_id: string }>`
      update outbound_messages
      set state = 'queued', attempts = 0, due_at = ${new Date(startedAt)}, detail = 'replayed',
        not_after = ${new Date(startedAt + LIFE_MS)}, first_tried_at = null, handed_at = null, resolution = null
      where message_id in (
        select message_id from outbound_messages
        where kind = 'webhook' and state in (${sql.join(states)}) and created_at >= ${new Date(request.since)}
          and (${request.target ?? null}::text is null or recipient = ${request.target ?? null})
          and (${request.messageId ?? null}::uuid is null or message_id = ${request.messageId ?? null}::uuid)
          and due_at < ${new Date(startedAt)}
        order by created_at, message_id limit ${BATCH} for update)
      returning message_id`.execute(trx);
    for (const { message_id: messageId } of rows) {
      await parts.jobs.add(trx, queueOf('webhook'), { messageId }, { at: startedAt });
    }
    return rows.length;
  });
}
