// The package's entry loads its whole API client for one class.
import { Webhook } from 'svix/dist/webhook.js';
import type { Clock } from '../../lib/clock.ts';
import type { Sender, SendResult } from '../ports.ts';
import { createHttpClient, type HttpOutcome } from './http.ts';

/** Deadline of one delivery, ms: receivers may need to write something down. */
const TIMEOUT_MS = 15_000;

/** Another system that is told of changes. */
export interface WebhookTarget {
  readonly name: string;
  /** https, or http on this machine: checked with the configuration. */
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
}

/**
 * Deliveries signed by Standard Webhooks: `webhook-id` is the same over all tries, so that the receiver can drop a
 * second one. Redirects are not followed: they could lead inside the house.
 */
export function createWebhookSender(targets: readonly WebhookTarget[], clock: Clock): Sender {
  const client = createHttpClient(clock);
  const byName = new Map(
    targets.map((target) => [target.name, { url: target.url, signer: new Webhook(target.secret) }]),
  );
  return {
    repeatable: true,
    settleMs: 0,
    send: async (message, reference) => {
      const target = byName.get(message.to);
      if (target === undefined) return { outcome: 'refused', code: 'no_target' };
      const id = `msg_${reference}`;
      const now = new Date(clock.now());
      const outcome = await client.request({
        method: 'POST',
        url: target.url,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Denwaban-Webhook',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': target.signer.sign(id, now, message.body),
        },
        body: message.body,
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
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { outcome: 'sent', providerId: null };
  // The receiver says that it is gone for good.
  if (status === 410) return { outcome: 'refused', code: 'status_410' };
  return { outcome: 'busy', code: `status_${status}`, retryAfterMs };
}
