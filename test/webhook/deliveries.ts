import { createHmac } from 'node:crypto';

/** Three secrets that are good for nothing else. */
export const SECRETS = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);

export const SECRET = SECRETS[0] ?? '';

/** One delivery before it is sent. */
export interface TestDelivery {
  readonly id?: string;
  /** Unix seconds, or any text. */
  readonly timestamp?: number | string;
  readonly body?: string | Buffer;
  /** Each signs, as during a rotation. */
  readonly secrets?: readonly string[];
}

/** Signs the way the specification says, with nothing of the service's code: `v1,<base64>`. */
export function signature(
  secret: string,
  id: string,
  timestamp: number | string,
  body: string | Buffer,
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** The three headers of a signed delivery. */
export function signedHeaders(
  delivery: TestDelivery & { timestamp: number | string },
): Record<string, string> {
  const { id = 'wh_1', timestamp, body = '{}', secrets = [SECRET] } = delivery;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => signature(secret, id, timestamp, body)).join(' '),
  };
}

/** As Node lists them: name, value, name, value, … */
export function raw(...headers: readonly (Record<string, string> | readonly [string, string])[]): string[] {
  return headers.flatMap((part) => (Array.isArray(part) ? (part as string[]) : Object.entries(part).flat()));
}

/** A body as OpenAI sends it. */
export function incomingCall(over: Record<string, unknown> = {}, data: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'realtime.call.incoming',
    created_at: 1_795_312_798,
    data: {
      call_id: 'rtc_u0_1',
      sip_headers: [
        { name: 'From', value: '<sip:+819012345678@example.com>;tag=1' },
        { name: 'Call-ID', value: 'a84b4c76e66710' },
      ],
      sip_media_security: 'srtp',
      ...data,
    },
    ...over,
  });
}
