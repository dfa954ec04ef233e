import type { MessageTemplates } from '../briefing/message-template.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { createDelivery, jobHandler, type OutboxDatabase } from './delivery.ts';
import { type JobDatabase, type JobEngine, startJobEngine } from './jobs.ts';
import type { MessageQueue, OutboundRecord, OutboxObserver, Senders } from './ports.ts';
import { createMessageQueue, type EventTarget } from './queue.ts';
import { QUEUES } from './queues.ts';
import type { QuietHours } from './quiet-hours.ts';
import { replayWebhooks, type ReplayRequest } from './replay.ts';
import { getRow, listRows, type RowFilter } from './rows.ts';
import { recordStatus } from './twilio-status.ts';
import { startWatch } from './watch.ts';

export interface OutboxOptions {
  /** The open store: `db`, `transact` and `jobs`. It must outlive the outbox. */
  readonly store: OutboxDatabase & { readonly jobs: JobDatabase };
  /** Closed with the outbox. */
  readonly senders: Senders;
  readonly templates: MessageTemplates;
  readonly targets: readonly EventTarget[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observer: OutboxObserver;
  readonly quietHours: QuietHours | null;
  /** Address that stands as organizer in calendar entries; null: none is set. */
  readonly organizerEmail: string | null;
  /** Messages to people on one day in Japan. */
  readonly budget: number;
  /** Default: LEASE_MS. */
  readonly leaseMs?: number;
  /** Ms between looks for messages without a job. */
  readonly watchMs?: number;
}

/** The open outbox: what is put in leaves. */
export interface Outbox {
  /** The way in. */
  readonly queue: MessageQueue;
  /** For durable jobs of others. */
  readonly jobs: JobEngine;
  /** Newest first. */
  list(filter: RowFilter, limit: number): Promise<OutboundRecord[]>;
  get(messageId: string): Promise<OutboundRecord | null>;
  /** Sends webhooks again. @returns how many */
  replay(request: ReplayRequest): Promise<number>;
  /** Stores a report of Twilio whose signature was checked. @returns false when it told nothing new */
  recordStatus(messageId: string, fields: URLSearchParams): Promise<boolean>;
  /** Takes nothing more, lets what is being sent end, closes the senders; idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the outbox on an open store and begins to send.
 *
 * @throws the driver's error when the tables of durable jobs cannot be made
 */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { store, clock, log, observer } = options;
  const jobs = await startJobEngine({ database: store.jobs, queues: QUEUES, log });
  const parts = { ...options, database: store, jobs };
  const handler = jobHandler(createDelivery(parts), log);
  for (const queue of QUEUES) await jobs.work(queue, handler);
  const watch = startWatch({
    ...parts,
    ...(options.watchMs === undefined ? {} : { roundMs: options.watchMs }),
  });

  const close = async (): Promise<void> => {
    await watch.stop();
    await jobs.stop();
    await Promise.all([...new Set(options.senders.values())].map(async (sender) => sender.close()));
  };
  let closing: Promise<void> | undefined;
  return {
    queue: createMessageQueue(parts),
    jobs,
    list: async (filter, limit) => listRows(store.db, filter, limit),
    get: async (messageId) => getRow(store.db, messageId),
    replay: async (request) => replayWebhooks(parts, request),
    recordStatus: async (messageId, fields) =>
      recordStatus({ db: store.db, clock, log, observer }, messageId, fields),
    close: async () => (closing ??= close()),
  };
}
