import { createHmac } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../src/lib/clock.ts';
import type { RealtimeCallIncomingWebhookEvent } from 'openai/resources/webhooks/webhooks';
import type { SipHeader } from './sip-headers.ts';
import type { Delivery, DeliverOptions } from './types.ts';

/** The receiver's time to answer, ms: "a few seconds". */
const DELIVERY_TIMEOUT_MS = 5_000;

const USER_AGENT = 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)';

/** The secret of a signing key is the base64 text after this prefix. */
const SECRET_PREFIX = 'whsec_';

/** The event that tells of a ringing phone. */
export function incomingCallEvent(call: {
  readonly eventId: string;
  readonly callId: string;
  readonly createdAt: number;
  readonly headers: readonly SipHeader[];
}): RealtimeCallIncomingWebhookEvent {
  return {
    id: call.eventId,
    object: 'event',
    type: 'realtime.call.incoming',
    created_at: call.createdAt,
    data: {
      call_id: call.callId,
      sip_headers: call.headers.map((header) => ({ ...header })),
      sip_media_security: 'srtp',
    },
  };
}

/**
 * The value of `webhook-signature`: one `v1,` entry for each secret.
 *
 * @param timestamp unix seconds, as in `webhook-timestamp`
 */
export function sign(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(
        secret.slice(secret.startsWith(SECRET_PREFIX) ? SECRET_PREFIX.length : 0),
        'base64',
      );
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}

/** What a delivery falls back on when its options leave something open. */
export interface DeliveryDefaults {
  readonly url: string;
  readonly clock: Clock;
  readonly webhookId: string;
  readonly secrets: readonly string[];
  readonly event: RealtimeCallIncomingWebhookEvent;
}

/** Sends one attempt. Resolves with status 0 when no answer came. */
export async function deliver(defaults: DeliveryDefaults, options: DeliverOptions): Promise<Delivery> {
  const { clock } = defaults;
  const webhookId = options.webhookId ?? defaults.webhookId;
  const timestamp = options.timestamp ?? Math.floor(clock.now() / 1_000);
  const type = options.eventType ?? defaults.event.type;
  const body = options.body ?? JSON.stringify({ ...defaults.event, type });
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(options.secrets ?? defaults.secrets, webhookId, timestamp, body) || undefined,
    ...options.headers,
  };
  const sentAt = clock.monotonic();
  const answer = await post(defaults.url, headers, body, clock);
  return { webhookId, ...answer, sentAt, answeredAt: clock.monotonic() };
}

function post(
  url: string,
  headers: Record<string, string | undefined>,
  body: string,
  clock: Clock,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const request = start(url, headers);
    const timer = clock.setTimer(DELIVERY_TIMEOUT_MS, () => request.destroy());
    const finish = (status: number, text: string): void => {
      timer.cancel();
      resolve({ status, body: text });
    };
    request.on('response', (response) => readAll(response, (text) => finish(response.statusCode ?? 0, text)));
    request.on('error', () => finish(0, ''));
    request.on('close', () => finish(0, ''));
    request.end(body);
  });
}

function start(url: string, headers: Record<string, string | undefined>): ClientRequest {
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  const options = { method: 'POST', headers: present, agent: false } as const;
  return url.startsWith('https:') ? httpsRequest(url, options) : httpRequest(url, options);
}

function readAll(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
}
