import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from './chance.ts';

/** One in so many requests is answered by a broken connection, although the message was sent. */
const BROKEN_OF = 20;

/** A provider of text messages that sends one message for one key, over a bad connection. */
export interface Provider {
  readonly url: string;
  /** Messages that were sent: key, and what it said. */
  readonly sent: ReadonlyMap<string, { readonly to: string; readonly text: string }>;
  /** Requests that came, with repetitions. */
  readonly requests: number;
  close(): Promise<void>;
}

/** Opens the provider on a free port of the loopback. */
export async function openProvider(chance: Chance): Promise<Provider> {
  const sent = new Map<string, { to: string; text: string }>();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests += 1;
      const { to, text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { to: string; text: string };
      const key = String(request.headers['idempotency-key']);
      sent.set(key, { to, text });
      if (chance.between(0, BROKEN_OF) === 0) request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: key }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`,
    sent,
    get requests() {
      return requests;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
