import { describeError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { type Claim, type Settlement, claim, markHanded, settle } from './claims.ts';
import type { JobEngine } from './jobs.ts';
import { leavesAt } from './leaving.ts';
import { nextWait } from './pace.ts';
import type { Executor, OutboxObserver, SendResult, Senders } from './ports.ts';
import type { QuietHours } from './quiet-hours.ts';
import { queueOf } from './queues.ts';

/**
 * A worker holds a message this long, ms: look-up and sending have 5 s each, the statements around them 1.5 s. When
 * it has died, another one takes over after that.
 */
export const LEASE_MS = 30_000;

/** The database as the outbox uses it: the store's `db` and `transact`. */
export interface OutboxDatabase {
  readonly db: Executor;
  transact<T>(work: (transaction: { readonly trx: Executor }) => Promise<T>): Promise<T>;
}

export interface DeliveryParts {
  readonly database: OutboxDatabase;
  readonly jobs: Pick<JobEngine, 'add'>;
  readonly senders: Senders;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observer: OutboxObserver;
  readonly quietHours: QuietHours | null;
  /** Default: LEASE_MS. */
  readonly leaseMs?: number;
}

/** What a job of the outbox does with one message. Rejects when the store does; running it again is always safe. */
export type Deliver = (messageId: string) => Promise<void>;

/**
 * Makes the function that brings one message one step further: claimed durably, looked up at the provider when an
 * earlier try may have reached it, sent when it has not, and settled.
 */
export function createDelivery(parts: DeliveryParts): Deliver {
  const leaseMs = parts.leaseMs ?? LEASE_MS;
  return async (messageId) => {
    const { clock, random, database } = parts;
    const held = await claim(database.db, messageId, random.uuid(), clock.now(), leaseMs);
    if (held === null) return;
    const step = await nextStep(parts, held, leaseMs);
    if (step === null) {
      parts.log.warn(
        { message_id: messageId },
        'a message was held for too long and is left to its new holder',
      );
      return;
    }
    await finish(parts, held, step);
  };
}

/** @returns null when the claim was lost on the way */
async function nextStep(parts: DeliveryParts, held: Claim, leaseMs: number): Promise<Settlement | null> {
  const { clock } = parts;
  const sender = parts.senders.get(held.kind);
  if (sender === undefined) return { state: 'failed', detail: 'no_sender' };

  // Where this clock is behind, it is later than it says: the database has let the job go.
  const wallNow = (): number => Math.max(clock.now(), held.dueAt);
  const mayHaveLeft = held.before !== 'queued' && held.handedAt !== null && !sender.repeatable;
  if (mayHaveLeft) {
    const settledAt = (held.handedAt ?? 0) + sender.settleMs;
    if (wallNow() < settledAt) {
      return { state: 'unknown', detail: 'waiting_for_look_up', dueAt: settledAt };
    }
    const found = await sender.lookUp(held.message, held.messageId, held.firstTriedAt ?? held.createdAt);
    if (found.outcome === 'sent') {
      return { state: 'sent', resolution: 'reconciled', providerId: found.providerId, detail: null };
    }
    if (found.outcome === 'unknown') return again(parts, held, 'unknown', found.code, null);
  }

  const now = wallNow();
  const dueAt = leavesAt({ ...held, templateKey: held.message.templateKey }, now, parts.quietHours);
  if (dueAt > held.notAfter) return { state: 'failed', detail: 'expired' };
  if (dueAt > now) return { state: 'queued', detail: 'quiet_hours', dueAt };

  if (!(await markHanded(parts.database.db, held, clock.now(), leaseMs))) return null;
  const result = await sender.send(held.message, held.messageId);
  parts.observer.onSent(held.kind, result.outcome);
  return afterSending(parts, held, result, held.before !== 'queued' && held.handedAt !== null);
}

function afterSending(parts: DeliveryParts, held: Claim, result: SendResult, repeated: boolean): Settlement {
  switch (result.outcome) {
    case 'sent':
      return {
        state: 'sent',
        resolution: repeated ? 'resent' : 'direct',
        providerId: result.providerId,
        detail: null,
      };
    case 'refused':
      return { state: 'failed', detail: result.code };
    case 'busy':
      return again(parts, held, 'queued', result.code, result.retryAfterMs);
    case 'unknown':
      return again(parts, held, 'unknown', result.code, null);
  }
}

/** Another try later, or the end of all tries. */
function again(
  parts: DeliveryParts,
  held: Claim,
  state: 'queued' | 'unknown',
  code: string,
  askedMs: number | null,
): Settlement {
  const wait = nextWait(held.kind, held.attempts, askedMs, parts.random);
  const dueAt = parts.clock.now() + (wait ?? 0);
  // What may have left is looked up even after its time, except where a second arrival does no harm.
  const ends = state === 'queued' || held.kind === 'webhook';
  const over = wait === null || (ends && dueAt > held.notAfter);
  return over ? { state: 'dead', detail: code } : { state, detail: code, dueAt };
}

/** Stores what the try has come to, and the job of the next one, in one transaction. */
async function finish(parts: DeliveryParts, held: Claim, end: Settlement): Promise<void> {
  const { database, clock, log, observer } = parts;
  const stored = await database.transact(async ({ trx }) => {
    const ours = await settle(trx, held, end, clock.now());
    if (ours && end.dueAt !== undefined) {
      await parts.jobs.add(trx, queueOf(held.kind), { messageId: held.messageId }, { at: end.dueAt });
    }
    return ours;
  });
  const fields = { message_id: held.messageId, kind: held.kind, template: held.message.templateKey };
  if (!stored) {
    log.warn(fields, 'a message was settled by somebody else meanwhile');
    return;
  }
  if (end.resolution === 'reconciled') observer.onSent(held.kind, 'reconciled');
  if (end.resolution === 'resent') observer.onSent(held.kind, 'resent');
  if (end.state === 'failed') {
    observer.onFailed(held.kind);
    log.warn({ ...fields, detail: end.detail }, 'a message was refused: tell the person in another way');
  }
  if (end.state === 'dead') {
    observer.onDead(held.kind);
    log.error({ ...fields, detail: end.detail, attempts: held.attempts }, 'a message was given up');
  }
}

/** The handler of the outbox's jobs. */
export function jobHandler(
  deliver: Deliver,
  log: Log,
): (data: Readonly<Record<string, unknown>>) => Promise<void> {
  return async (data) => {
    const messageId = data['messageId'];
    if (typeof messageId !== 'string') {
      log.error({}, 'a job of the outbox names no message');
      return;
    }
    try {
      await deliver(messageId);
    } catch (error) {
      log.warn({ message_id: messageId, reason: describeError(error) }, 'a message could not be worked on');
      throw error;
    }
  };
}
