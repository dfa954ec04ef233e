import { sql } from 'kysely';
import { describeError } from '../errors.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { OutboxDatabase } from './delivery.ts';
import type { JobEngine } from './jobs.ts';
import { forgetCounts } from './limits.ts';
import type { OutboundKind, OutboxObserver } from './ports.ts';
import { queueOf } from './queues.ts';

/** Ms between rounds. A message whose worker died waits for its lease and at most one round. */
const ROUND_MS = 15_000;
/** The first round comes soon after the start: what a crash has left behind waits for it, ms. */
const FIRST_ROUND_MS = 2_000;
/** A message that has been due for so long has lost its job, ms. */
const OVERDUE_MS = 60_000;
/** A fate that is open for longer than this is an alarm, ms. */
export const UNRESOLVED_MS = 10 * 60_000;
/** Messages taken up in one round; the others follow in the next. */
const ROUND_LIMIT = 200;
/** The same message is taken up again no sooner than this, seconds. */
const ONCE_IN_SECONDS = 15;

export interface WatchParts {
  readonly database: OutboxDatabase;
  readonly jobs: Pick<JobEngine, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: OutboxObserver;
  /** Default: every 15 s. */
  readonly roundMs?: number;
}

/** A watch over messages that no job looks after. */
export interface Watch {
  /** One round now. Rejects when the store does. */
  round(): Promise<void>;
  /** No further round begins; resolves when the current one has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the watch: messages whose worker died, or whose job was lost with the queue's tables, get a new job, and
 * those whose fate stays open raise an alarm. Several processes may watch at once.
 */
export function startWatch(parts: WatchParts): Watch {
  const { clock, log } = parts;
  const roundMs = parts.roundMs ?? ROUND_MS;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: Timer = clock.setTimer(Math.min(FIRST_ROUND_MS, roundMs), fire);
  let alarmed = false;

  function fire(): void {
    running = round()
      .catch((error: unknown) => {
        log.warn({ reason: describeError(error) }, 'the watch over messages could not look');
      })
      .then(() => {
        if (!stopped) timer = clock.setTimer(roundMs, fire);
      });
  }

  async function round(): Promise<void> {
    for (const row of await orphans(parts)) {
      await parts.database.transact(async ({ trx }) =>
        parts.jobs.add(
          trx,
          queueOf(row.kind),
          { messageId: row.message_id },
          { key: row.message_id, onceInSeconds: ONCE_IN_SECONDS },
        ),
      );
    }
    const open = await unresolved(parts);
    parts.observer.onUnresolved(open);
    if (open > 0 && !alarmed) {
      log.error({ messages: open }, 'messages may or may not have been sent: ask the provider');
    }
    alarmed = open > 0;
    await forgetCounts(parts.database.db, clock.now());
  }

  return {
    round,
    stop: async () => {
      stopped = true;
      timer.cancel();
      await running;
    },
  };
}

interface Orphan {
  readonly message_id: string;
  readonly kind: OutboundKind;
}

async function orphans({ database, clock }: WatchParts): Promise<readonly Orphan[]> {
  const { rows } = await sql<Orphan>`
    select message_id, kind from outbound_messages
    where (state in ('queued', 'unknown') and due_at < ${new Date(clock.now() - OVERDUE_MS)})
      or (state = 'sending' and lease_until < clock_timestamp())
    order by due_at limit ${ROUND_LIMIT}`.execute(database.db);
  return rows;
}

async function unresolved({ database, clock }: WatchParts): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from outbound_messages
    where kind <> 'webhook' and (state = 'unknown' or (state = 'sending' and lease_until < clock_timestamp()))
      and first_tried_at < ${new Date(clock.now() - UNRESOLVED_MS)}`.execute(database.db);
  return rows[0]?.n ?? 0;
}
