import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { EnqueueRefusal, Executor } from './ports.ts';
import { dayInJapan } from './quiet-hours.ts';

/** Messages that one call may cause: its confirmation and one correction. As many again may be asked for. */
export const MESSAGES_PER_CALL = 2;
/** Messages to one number or address on one day in Japan that tell of changes. As many again may be asked for. */
export const MESSAGES_PER_RECIPIENT_PER_DAY = 3;
/** Share of the day's budget beyond which nothing is sent on request: the rest is for what tells of changes. */
const SHARE_FOR_ASKED = 0.8;

/** Ms that a counter is kept after its first message: longer than a day and a call. */
const KEEP_MS = 3 * 86_400_000;

export interface LimitedMessage {
  readonly to: string;
  readonly callId: string | null;
  /** Somebody asked for it, and it tells of no change. */
  readonly asked?: boolean;
  /** Of its call. Absent or null: MESSAGES_PER_CALL. */
  readonly callLimit?: number | null;
}

/**
 * Counts a message against its call, its recipient and the day's budget, in the transaction that stores it. Each
 * counter is one conditional statement, so that messages that are stored at the same moment cannot exceed it; all
 * transactions take the counters in the same order, so they never wait for each other in a circle. What is asked for
 * has counters of its own: it never takes the place of a confirmation.
 *
 * @param budget messages to all people on one day
 * @returns null when it is within all limits; else the first one that is used up, and nothing is counted
 */
export async function countMessage(
  trx: Executor,
  message: LimitedMessage,
  budget: number,
  now: number,
): Promise<EnqueueRefusal | null> {
  const counters = countersOf(message, budget, now);
  for (const [index, counter] of counters.entries()) {
    if (await take(trx, counter, now)) continue;
    for (const taken of counters.slice(0, index)) await giveBack(trx, taken);
    return counter.refusal;
  }
  return null;
}

/** The first limit that would refuse a message now; null: none. Counts nothing. */
export async function findUsedUp(
  trx: Executor,
  message: LimitedMessage,
  budget: number,
  now: number,
): Promise<EnqueueRefusal | null> {
  for (const { scope, key, limit, refusal } of countersOf(message, budget, now)) {
    const { rows } = await sql<{ used: number }>`
      select used from outbound_counts where scope = ${scope} and key = ${key}`.execute(trx);
    if ((rows[0]?.used ?? 0) >= limit) return refusal;
  }
  return null;
}

interface Counter {
  readonly scope: 'call' | 'number' | 'budget';
  readonly key: string;
  readonly limit: number;
  readonly refusal: EnqueueRefusal;
}

/** The counters of a message, in the order in which all transactions take them. */
function countersOf(message: LimitedMessage, budget: number, now: number): readonly Counter[] {
  const day = dayInJapan(now);
  const counters: Counter[] = [];
  const own = message.asked === true ? '/asked' : '';
  const share = message.asked === true ? Math.ceil(budget * SHARE_FOR_ASKED) : budget;
  if (message.callId !== null) {
    const key = `${message.callId}${own}`;
    counters.push({
      scope: 'call',
      key,
      limit: message.callLimit ?? MESSAGES_PER_CALL,
      refusal: 'call_limit',
    });
  }
  counters.push(
    {
      scope: 'number',
      key: `${hashOf(message.to)}/${day}${own}`,
      limit: MESSAGES_PER_RECIPIENT_PER_DAY,
      refusal: 'number_limit',
    },
    { scope: 'budget', key: day, limit: share, refusal: 'budget' },
  );
  return counters;
}

async function take(trx: Executor, counter: Counter, now: number): Promise<boolean> {
  if (counter.limit < 1) return false;
  const { rows } = await sql`
    insert into outbound_counts as c (scope, key, used, expires_at)
    values (${counter.scope}, ${counter.key}, 1, ${new Date(now + KEEP_MS)})
    on conflict (scope, key) do update set used = c.used + 1 where c.used < ${counter.limit}
    returning used`.execute(trx);
  return rows.length === 1;
}

async function giveBack(trx: Executor, counter: Counter): Promise<void> {
  await sql`
    update outbound_counts set used = used - 1
    where scope = ${counter.scope} and key = ${counter.key}`.execute(trx);
}

/** Removes counters whose day or call is long over. */
export async function forgetCounts(db: Executor, now: number): Promise<void> {
  await sql`delete from outbound_counts where expires_at < ${new Date(now)}`.execute(db);
}

/** The counters hold no number in plain text. */
function hashOf(recipient: string): string {
  return createHash('sha256').update(recipient).digest('hex').slice(0, 32);
}
