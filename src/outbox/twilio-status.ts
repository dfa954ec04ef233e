import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Executor, OutboxObserver } from './ports.ts';

/**
 * Whether a request comes from Twilio: HMAC-SHA1 of the address as Twilio knows it and of all fields, sorted by name,
 * compared in constant time.
 *
 * @param url the full public address, with query
 */
export function isFromTwilio(
  authToken: string,
  url: string,
  fields: URLSearchParams,
  signature: string,
): boolean {
  if (authToken === '') return false;
  const names = [...new Set(fields.keys())].sort();
  const signed = names.reduce(
    (text, name) => [...new Set(fields.getAll(name))].sort().reduce((sum, value) => sum + name + value, text),
    url,
  );
  const expected = createHmac('sha1', authToken).update(signed, 'utf8').digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What a carrier says of a message. `taken`: it is on its way. */
export type DeliveryStatus = 'taken' | 'delivered' | 'undelivered';

const STATUSES: ReadonlyMap<string, DeliveryStatus> = new Map([
  ['accepted', 'taken'],
  ['scheduled', 'taken'],
  ['queued', 'taken'],
  ['sending', 'taken'],
  ['sent', 'taken'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'undelivered'],
  ['canceled', 'undelivered'],
]);

export interface StatusParts {
  readonly db: Executor;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: OutboxObserver;
}

/**
 * Stores what Twilio reports of a message. Reports may come twice, late and out of order: one never takes back what
 * is more certain.
 *
 * @returns false when nothing was to be stored: an unknown message or status, or nothing new
 */
export async function recordStatus(
  parts: StatusParts,
  messageId: string,
  fields: URLSearchParams,
): Promise<boolean> {
  const status = STATUSES.get(fields.get('MessageStatus') ?? '');
  if (status === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(messageId)) return false;
  const sid = fields.get('MessageSid');
  const providerId = sid !== null && /^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? sid : null;
  const errorCode = /^\d{1,6}$/.exec(fields.get('ErrorCode') ?? '')?.[0] ?? 'none';
  const stored = await store(parts, messageId, status, providerId, `carrier_${errorCode}`);
  if (stored) {
    parts.observer.onSent('sms', 'callback');
    if (status === 'undelivered') {
      parts.observer.onFailed('sms');
      parts.log.warn(
        { message_id: messageId, detail: `carrier_${errorCode}` },
        'a message did not reach its telephone: tell the person in another way',
      );
    }
  }
  return stored;
}

async function store(
  parts: StatusParts,
  messageId: string,
  status: DeliveryStatus,
  providerId: string | null,
  detail: string,
): Promise<boolean> {
  const now = new Date(parts.clock.now());
  const state = { taken: 'sent', delivered: 'delivered', undelivered: 'failed' }[status];
  // A worker that is about to store the provider's answer is left alone, unless the end is known already.
  const from = {
    taken: sql`(state in ('unknown', 'dead') or (state = 'sending' and lease_until < clock_timestamp()))`,
    delivered: sql`state <> 'delivered'`,
    undelivered: sql`state in ('sending', 'unknown', 'sent', 'dead')`,
  }[status];
  const { rows } = await sql`
    update outbound_messages
    set state = ${state}, claim_token = null, lease_until = null,
      resolution = case when state = 'sent' then resolution else 'callback' end,
      provider_id = coalesce(${providerId}, provider_id),
      detail = ${status === 'undelivered' ? detail : null},
      sent_at = coalesce(sent_at, ${now}::timestamptz)
    where message_id = ${messageId} and kind = 'sms' and handed_at is not null and ${from}
    returning message_id`.execute(parts.db);
  return rows.length === 1;
}
