import { createHmac, randomBytes } from 'node:crypto';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import type { Peer, PeerCall, Script } from './peer.ts';
import type { Target } from './target.ts';

export const API_KEY = 'sk-bench';
const KEY = Buffer.alloc(32, 7);
export const SECRET = `whsec_${KEY.toString('base64')}`;

/** A signed webhook, ready to be sent. */
export interface Webhook {
  readonly callId: string;
  readonly body: Buffer;
  readonly headers: OutgoingHttpHeaders;
}

/** Who is rung: all that a caller has to know. */
export type Rung = Pick<Target, 'name' | 'port'>;

/** What one ring took, in ms from the moment the webhook was written. */
export interface RingTimes {
  readonly answered: number;
  readonly accept: number;
  readonly create: number;
}

/** A caller who is not answered by then never will be, ms. */
const PATIENCE_MS = 20_000;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** A webhook of a call that rings now, with the headers that an INVITE over a trunk carries. */
export function ringing(signature: 'valid' | 'forged' = 'valid'): Webhook {
  const callId = `rtc_u0_${randomBytes(16).toString('hex')}`;
  const webhookId = `wh_${randomBytes(16).toString('hex')}`;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const body = Buffer.from(
    JSON.stringify({
      id: `evt_${randomBytes(16).toString('hex')}`,
      object: 'event',
      type: 'realtime.call.incoming',
      created_at: Number(timestamp),
      data: { call_id: callId, sip_headers: sipHeaders(callId), sip_media_security: 'srtp' },
    }),
  );
  const hmac = createHmac('sha256', signature === 'valid' ? KEY : 'somebody else');
  const digest = hmac.update(`${webhookId}.${timestamp}.`).update(body).digest('base64');
  return {
    callId,
    body,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)',
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${digest}`,
    },
  };
}

function sipHeaders(callId: string): readonly { readonly name: string; readonly value: string }[] {
  return [
    ['Via', 'SIP/2.0/TLS 54.171.127.192:5061;branch=z9hG4bK7d2f.5b1c7e93;rport'],
    ['Record-Route', '<sip:54.171.127.192:5061;transport=tls;lr>'],
    ['From', '<sip:+815012345678@pstn.twilio.com:5060>;tag=34211890_c3356d0b_d1b1b4a4'],
    ['To', '<sip:proj_0123456789abcdef@sip.api.openai.com;transport=tls>'],
    ['Call-ID', `${callId}@172.25.31.18`],
    ['CSeq', '1 INVITE'],
    ['Contact', '<sip:+815012345678@172.25.31.18:5060;transport=udp>'],
    ['Max-Forwards', '63'],
    ['Diversion', '<sip:+815098765432@twilio.com>;reason=unconditional'],
    ['X-Twilio-AccountSid', 'AC0123456789abcdef0123456789abcdef'],
    ['X-Twilio-CallSid', `CA${callId.slice(-32)}`],
    ['X-Twilio-VerStat', 'No-TN-Validation'],
    ['User-Agent', 'Twilio Gateway'],
    ['Content-Type', 'application/sdp'],
  ].map(([name = '', value = '']) => ({ name, value }));
}

/** Sends a webhook. @returns the status, and the ms until its answer came */
export function deliver(target: Rung, webhook: Webhook): Promise<{ status: number; ms: number }> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port: target.port,
        path: '/openai-webhook',
        method: 'POST',
        headers: webhook.headers,
      },
      (response) => {
        const ms = performance.now() - sentAt;
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0, ms }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(webhook.body);
  });
}

/** Lets a call ring and waits until the target asks for the greeting; `script` plays on from there. */
export async function ring(
  peer: Peer,
  target: Rung,
  script: Script,
): Promise<{ readonly call: PeerCall; readonly times: RingTimes }> {
  const webhook = ringing();
  let greeted: (at: number) => void = () => {};
  const greeting = new Promise<number>((resolve, reject) => {
    const giveUp = setTimeout(
      () => reject(new Error(`${target.name} does not answer the phone`)),
      PATIENCE_MS,
    );
    greeted = (at) => {
      clearTimeout(giveUp);
      resolve(at);
    };
  });
  let first = true;
  const call = peer.expect(webhook.callId, (self, message) => {
    if (first) greeted(message.at);
    first = false;
    script(self, message);
  });
  const sentAt = performance.now();
  const { status, ms } = await deliver(target, webhook);
  if (status !== 200) throw new Error(`${target.name} answers ${status} to a ringing call`);
  const create = (await greeting) - sentAt;
  return { call, times: { answered: ms, accept: call.acceptedAt - sentAt, create } };
}

/** Runs `work` `count` times, at most `width` at once. */
export async function crowd(
  count: number,
  width: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}

/** Lets idle connections go. */
export function hangUpConnections(): void {
  agent.destroy();
}
