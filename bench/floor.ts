import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { serveControl } from './control.ts';

/*
 * The least code that answers a call: verify, answer 200, accept, attach, greet, answer function calls. No framework,
 * store, log, time-out, retry or duplicate check, and no end of a call: it shows what the machine and the libraries cost.
 */

const { OPENAI_BASE_URL = '', OPENAI_API_KEY = '', OPENAI_WEBHOOK_SECRET = '' } = process.env;
const { hostname, port, pathname } = new URL(OPENAI_BASE_URL);
const socketUrl = `ws://${hostname}:${port}${pathname}/realtime?call_id=`;
const key = Buffer.from(OPENAI_WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
const headers = { authorization: `Bearer ${OPENAI_API_KEY}` };
const agent = new Agent({ keepAlive: true });
const TOLERANCE_S = 300;

const SESSION = JSON.stringify({
  type: 'realtime',
  model: 'gpt-realtime-2.1',
  instructions: '採用説明会の電話受付です。日本語で丁寧に話してください。',
  output_modalities: ['audio'],
  audio: { output: { voice: 'marin' } },
});
const acceptHeaders = {
  ...headers,
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(SESSION),
};
const RESPOND = JSON.stringify({ type: 'response.create' });
const OUTPUT = JSON.stringify({ ok: true, state: 'live' });

const server = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = Buffer.concat(chunks);
    if (!verified(incoming.headers, body)) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200).end();
    const event = JSON.parse(body.toString()) as { type: string; data: { call_id: string } };
    if (event.type === 'realtime.call.incoming') accept(event.data.call_id);
  });
});

server.listen(0, '127.0.0.1', () => {
  serveControl((server.address() as AddressInfo).port, {
    settle: async () => {},
    close: async () => {},
  });
});

function verified(given: IncomingHttpHeaders, body: Buffer): boolean {
  const id = String(given['webhook-id']);
  const timestamp = String(given['webhook-timestamp']);
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) < TOLERANCE_S)) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return String(given['webhook-signature'])
    .split(' ')
    .some((entry) => {
      const signature = Buffer.from(entry.slice('v1,'.length), 'base64');
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    });
}

function accept(callId: string): void {
  const path = `${pathname}/realtime/calls/${callId}/accept`;
  const options = { agent, hostname, port, path, method: 'POST', headers: acceptHeaders };
  request(options, (response) => {
    response.resume();
    if (response.statusCode === 200) attach(callId);
  }).end(SESSION);
}

function attach(callId: string): void {
  const socket = new WebSocket(socketUrl + callId, { headers, perMessageDeflate: false });
  let answered = false;
  socket.on('message', (data: Buffer) => {
    switch (typeOf(data)) {
      case 'session.created':
        socket.send(RESPOND);
        break;
      case 'response.output_item.done': {
        const { item } = JSON.parse(data.toString()) as { item: { type: string; call_id: string } };
        if (item.type !== 'function_call') break;
        const output = { type: 'function_call_output', call_id: item.call_id, output: OUTPUT };
        socket.send(JSON.stringify({ type: 'conversation.item.create', item: output }));
        answered = true;
        break;
      }
      case 'response.done':
        if (answered) socket.send(RESPOND);
        answered = false;
    }
  });
  socket.on('error', () => {});
}

function typeOf(data: Buffer): string {
  const start = data.indexOf('"type":"') + 8;
  return data.toString('latin1', start, data.indexOf(0x22, start));
}
