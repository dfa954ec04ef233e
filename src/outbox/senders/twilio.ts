import type { Clock } from '../../lib/clock.ts';
import type { LookUpResult, OutgoingMessage, Sender, SendResult } from '../ports.ts';
import { receiptOf } from '../receipt.ts';
import { createHttpClient, type HttpOutcome } from './http.ts';

/** Deadline of one request, ms. */
const TIMEOUT_MS = 5_000;
/** A message shows in the list of messages no sooner than this after it was taken, ms. */
const SETTLE_MS = 60_000;
/** Clocks of the two sides may differ by this, ms; the list's dates have whole seconds. */
const CLOCK_MARGIN_MS = 120_000;
/** Entries of the list that are looked at. One number gets a handful of messages a day. */
const PAGE_SIZE = 100;

export interface TwilioOptions {
  /** AC… of the account. */
  readonly accountSid: string;
  readonly authToken: string;
  /** Number in E.164, alphanumeric sender, or MG… of a messaging service. */
  readonly from: string;
  /** Address that statuses are reported to; the message's id is appended. Null: none are. */
  readonly statusCallback: string | null;
  readonly clock: Clock;
  /** Default: the real API. */
  readonly baseUrl?: string;
  /** Default: a minute. */
  readonly settleMs?: number;
}

/** Text messages by Twilio's REST API, which knows no idempotency key: what was sent is found by its receipt. */
export function createTwilioSender(options: TwilioOptions): Sender {
  const client = createHttpClient(options.clock);
  const base = (options.baseUrl ?? 'https://api.twilio.com').replace(/\/$/, '');
  const url = `${base}/2010-04-01/Accounts/${options.accountSid}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${options.accountSid}:${options.authToken}`).toString('base64')}`;
  return {
    repeatable: false,
    settleMs: options.settleMs ?? SETTLE_MS,
    send: async (message, reference) => {
      const form = new URLSearchParams({ To: message.to, Body: message.body });
      form.set(options.from.startsWith('MG') ? 'MessagingServiceSid' : 'From', options.from);
      if (options.statusCallback !== null) {
        form.set('StatusCallback', `${options.statusCallback}/${reference}`);
      }
      const outcome = await client.request({
        method: 'POST',
        url,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
        timeoutMs: TIMEOUT_MS,
      });
      return resultOf(outcome);
    },
    lookUp: async (message, reference, since) => {
      const query = new URLSearchParams({ To: message.to, PageSize: String(PAGE_SIZE) });
      const outcome = await client.request({
        method: 'GET',
        url: `${url}?${query.toString()}`,
        headers: { authorization },
        body: null,
        timeoutMs: TIMEOUT_MS,
      });
      return foundIn(outcome, message, receiptOf(reference), since);
    },
    close: async () => client.close(),
  };
}

function resultOf(outcome: HttpOutcome): SendResult {
  if (outcome.kind === 'not_sent') return { outcome: 'busy', code: outcome.code, retryAfterMs: null };
  if (outcome.kind === 'ambiguous') return { outcome: 'unknown', code: outcome.code };
  const { status, json, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) {
    return { outcome: 'sent', providerId: typeof json?.['sid'] === 'string' ? json['sid'] : null };
  }
  const code = typeof json?.['code'] === 'number' ? `twilio_${json['code']}` : `status_${status}`;
  if (status === 429) return { outcome: 'busy', code, retryAfterMs };
  // The account, not the message, is what is wrong: once that is repaired the message still goes out.
  if (status === 401 || status === 403 || status === 404) return { outcome: 'busy', code, retryAfterMs };
  // A server that failed may have sent it; only the look-up can tell.
  if (status >= 500 || status === 408 || status < 400) return { outcome: 'unknown', code };
  return { outcome: 'refused', code };
}

function foundIn(
  outcome: HttpOutcome,
  message: OutgoingMessage,
  receipt: string,
  since: number,
): LookUpResult {
  if (outcome.kind !== 'answer') return { outcome: 'unknown', code: outcome.code };
  const list = outcome.json?.['messages'];
  if (outcome.status !== 200 || !Array.isArray(list)) {
    return { outcome: 'unknown', code: `look_up_${outcome.status}` };
  }
  const oldest = since - CLOCK_MARGIN_MS;
  const found = (list as readonly unknown[]).find((entry) => {
    if (typeof entry !== 'object' || entry === null) return false;
    const { to, body, date_created: created } = entry as Readonly<Record<string, unknown>>;
    return (
      to === message.to &&
      typeof body === 'string' &&
      body.includes(receipt) &&
      !(typeof created === 'string' && Date.parse(created) < oldest)
    );
  });
  if (found !== undefined) {
    const { sid } = found as { sid?: unknown };
    return { outcome: 'sent', providerId: typeof sid === 'string' ? sid : null };
  }
  // A full page may hide it on the next one.
  return list.length < PAGE_SIZE ? { outcome: 'absent' } : { outcome: 'unknown', code: 'look_up_page_full' };
}
