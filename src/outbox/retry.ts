import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { OutboxDatabase } from './delivery.ts';
import type { JobEngine } from './jobs.ts';
import { queueOf } from './queues.ts';
import { replayWebhooks } from './replay.ts';
import { getRow, insertRow } from './rows.ts';

export interface RetryParts {
  readonly database: OutboxDatabase;
  readonly jobs: Pick<JobEngine, 'add'>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * `queued`: under this id. `not_settled`: it is still on its way. `arrived`: it was sent. `maybe_arrived`: it was given up
 * without anybody knowing whether it left. `expired`: what it says is past. `retried`: this one was retried already.
 */
export type RetryResult =
  | { readonly outcome: 'queued'; readonly messageId: string }
  | {
      readonly outcome: 'not_found' | 'not_settled' | 'arrived' | 'maybe_arrived' | 'expired' | 'retried';
    };

/**
 * Sends once more what was refused or given up. A webhook goes out again under its id; a message to a person is settled
 * for good, so a new one with the same words takes its place. It counts against no limit: the one before it did.
 *
 * @param evenIfArrived takes the risk that a person gets it twice
 */
export async function retryMessage(
  parts: RetryParts,
  messageId: string,
  evenIfArrived: boolean,
): Promise<RetryResult> {
  const { database, jobs, clock, random } = parts;
  const row = await getRow(database.db, messageId);
  if (row === null) return { outcome: 'not_found' };
  if (row.state === 'sent' || row.state === 'delivered') return { outcome: 'arrived' };
  if (row.state !== 'failed' && row.state !== 'dead') return { outcome: 'not_settled' };
  if (row.kind === 'webhook') {
    const queued = await replayWebhooks(parts, { messageId, since: 0, which: 'failed' });
    return queued === 1 ? { outcome: 'queued', messageId } : { outcome: 'not_settled' };
  }
  const now = clock.now();
  if (now > row.notAfter) return { outcome: 'expired' };
  // Refused ones never left, nor did those that were never handed over; of a given-up one nobody knows.
  if (row.state === 'dead' && row.attempts > 0 && !evenIfArrived) return { outcome: 'maybe_arrived' };

  return database.transact(async ({ trx }) => {
    const stored = await insertRow(trx, {
      ...row,
      messageId: random.uuid(),
      naturalKey: `retry/${messageId}`,
      dueAt: now,
      createdAt: now,
    });
    if (stored.duplicate) return { outcome: 'retried' };
    await jobs.add(trx, queueOf(row.kind), { messageId: stored.messageId }, { at: now });
    return { outcome: 'queued', messageId: stored.messageId };
  });
}
