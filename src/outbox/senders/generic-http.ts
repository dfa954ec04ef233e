import type { Clock } from '../../lib/clock.ts';
import type { Sender, SendResult } from '../ports.ts';
import { createHttpClient, type HttpOutcome } from './http.ts';

/** Deadline of one request, ms. */
const TIMEOUT_MS = 5_000;

export interface GenericHttpOptions {
  /** Takes POST of `{"reference", "to", "text"}`. */
  readonly url: string;
  /** Bearer token; empty: none is sent. */
  readonly token: string;
  readonly clock: Clock;
}

/**
 * Text messages by any provider, or by a small adapter in front of one. It gets the message's id as Idempotency-Key
 * and must send one message for one key: after an open end the same request simply comes again.
 */
export function createGenericHttpSender(options: GenericHttpOptions): Sender {
  const client = createHttpClient(options.clock);
  const authorization = options.token === '' ? {} : { authorization: `Bearer ${options.token}` };
  return {
    repeatable: true,
    settleMs: 0,
    send: async (message, reference) => {
      const outcome = await client.request({
        method: 'POST',
        url: options.url,
        headers: { ...authorization, 'content-type': 'application/json', 'idempotency-key': reference },
        body: JSON.stringify({ reference, to: message.to, text: message.body }),
        timeoutMs: TIMEOUT_MS,
      });
      return resultOf(outcome);
    },
    lookUp: async () => ({ outcome: 'unknown', code: 'no_look_up' }),
    close: async () => client.close(),
  };
}

function resultOf(outcome: HttpOutcome): SendResult {
  if (outcome.kind === 'not_sent') return { outcome: 'busy', code: outcome.code, retryAfterMs: null };
  if (outcome.kind === 'ambiguous') return { outcome: 'unknown', code: outcome.code };
  const { status, json, retryAfterMs } = outcome;
  const code = `status_${status}`;
  if (status >= 200 && status < 300) {
    return { outcome: 'sent', providerId: typeof json?.['id'] === 'string' ? json['id'] : null };
  }
  // Not the message but the account or the address is wrong, or somebody is busy: it may go out later.
  if ([401, 403, 404, 429, 503].includes(status)) return { outcome: 'busy', code, retryAfterMs };
  if (status >= 500 || status < 400 || status === 408 || status === 409) return { outcome: 'unknown', code };
  return { outcome: 'refused', code };
}
