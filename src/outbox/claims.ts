import { sql } from 'kysely';
import type { Executor, OutboundKind, OutboundState, OutgoingMessage, Resolution } from './ports.ts';

/**
 * A job is let go by the database's clock, and `due_at` was set by that of another process: a worker whose clock is behind
 * by no more than this, ms, takes its word for it. More than any clock that is kept by the network is off.
 */
export const CLOCK_GRACE_MS = 5_000;

/** A message in the hands of one worker, until its lease ends or it is settled. */
export interface Claim {
  readonly messageId: string;
  readonly token: string;
  readonly kind: OutboundKind;
  readonly message: OutgoingMessage;
  /** `queued`: nothing left before. `unknown` and `sending`: it may have left in an earlier try. */
  readonly before: 'queued' | 'unknown' | 'sending';
  /** Tries including this one. */
  readonly attempts: number;
  /** When it was to be taken up; a little later than now where this clock is behind. */
  readonly dueAt: number;
  readonly notAfter: number;
  readonly createdAt: number;
  /** First hand-over, or null. */
  readonly firstTriedAt: number | null;
  /** Last hand-over, or null. */
  readonly handedAt: number | null;
}

interface ClaimRow {
  readonly kind: OutboundKind;
  readonly template_key: string;
  readonly recipient: string;
  readonly body: string;
  readonly subject: string | null;
  readonly calendar: string | null;
  readonly before: Claim['before'];
  readonly attempts: number;
  readonly due_at: Date;
  readonly not_after: Date;
  readonly created_at: Date;
  readonly first_tried_at: Date | null;
  readonly handed_at: Date | null;
}

/**
 * Claims a message that is due, for `leaseMs`. One statement, durable before anything leaves the house.
 *
 * @returns null when it is not due, is settled, or another worker holds it
 */
export async function claim(
  db: Executor,
  messageId: string,
  token: string,
  now: number,
  leaseMs: number,
): Promise<Claim | null> {
  const { rows } = await sql<ClaimRow>`
    with found as (
      select message_id, state from outbound_messages
      where message_id = ${messageId}
        and ((state in ('queued', 'unknown') and due_at <= ${new Date(now + CLOCK_GRACE_MS)})
          or (state = 'sending' and lease_until < clock_timestamp()))
      for update skip locked
    )
    update outbound_messages m
    set state = 'sending', claim_token = ${token}, attempts = attempts + 1,
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from found where m.message_id = found.message_id
    returning m.kind, m.template_key, m.recipient, m.body, m.subject, m.calendar, found.state as before,
      m.attempts, m.due_at, m.not_after, m.created_at, m.first_tried_at, m.handed_at`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    messageId,
    token,
    kind: row.kind,
    message: {
      to: row.recipient,
      body: row.body,
      subject: row.subject,
      calendar: row.calendar,
      templateKey: row.template_key,
    },
    before: row.before,
    attempts: row.attempts,
    dueAt: row.due_at.getTime(),
    notAfter: row.not_after.getTime(),
    createdAt: row.created_at.getTime(),
    firstTriedAt: row.first_tried_at?.getTime() ?? null,
    handedAt: row.handed_at?.getTime() ?? null,
  };
}

/**
 * Writes down that the message is about to leave, and renews the lease. Must be durable before it does.
 *
 * @returns false when the claim was lost: it must not be sent
 */
export async function markHanded(
  db: Executor,
  held: Pick<Claim, 'messageId' | 'token'>,
  now: number,
  leaseMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    update outbound_messages
    set handed_at = ${new Date(now)}, first_tried_at = coalesce(first_tried_at, ${new Date(now)}),
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where message_id = ${held.messageId} and state = 'sending' and claim_token = ${held.token}
      and lease_until > clock_timestamp()
    returning message_id`.execute(db);
  return rows.length === 1;
}

/** What a try has come to. Absent: the column stays. */
export interface Settlement {
  readonly state: Exclude<OutboundState, 'sending' | 'delivered'>;
  readonly resolution?: Resolution;
  readonly providerId?: string | null;
  readonly detail: string | null;
  /** When it is taken up again; for `queued` and `unknown`. */
  readonly dueAt?: number;
}

/** Stores the end of a try. @returns false when the claim was lost meanwhile: whoever has it decides */
export async function settle(
  db: Executor,
  held: Pick<Claim, 'messageId' | 'token'>,
  end: Settlement,
  now: number,
): Promise<boolean> {
  const { rows } = await sql`
    update outbound_messages
    set state = ${end.state}, claim_token = null, lease_until = null, detail = ${end.detail},
      resolution = coalesce(${end.resolution ?? null}, resolution),
      provider_id = coalesce(${end.providerId ?? null}, provider_id),
      due_at = coalesce(${end.dueAt === undefined ? null : new Date(end.dueAt)}::timestamptz, due_at),
      sent_at = case when ${end.state} = 'sent' then ${new Date(now)}::timestamptz else sent_at end
    where message_id = ${held.messageId} and state = 'sending' and claim_token = ${held.token}
    returning message_id`.execute(db);
  return rows.length === 1;
}
