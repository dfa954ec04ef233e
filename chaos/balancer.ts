import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceNode } from './node.ts';

/** How often each node is asked whether it is ready, ms. */
const PROBE_EVERY_MS = 250;
/** A node that does not answer a delivery within this has lost it, ms. */
const ANSWER_MS = 4_000;

/** The proxy in front of the nodes: each delivery to the next one that is ready. */
export interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the proxy on a free port of the loopback. */
export async function openBalancer(nodes: readonly ServiceNode[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const probing = setInterval(() => {
    for (const node of nodes) void node.probe();
  }, PROBE_EVERY_MS);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      clearInterval(probing);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    turn += 1;
    const inTurn = nodes.map((_, index) => nodes[(turn + index) % nodes.length]);
    // Without one that is ready, a node that may come up any moment is better than none.
    const order = [...inTurn.filter((node) => node?.ready), ...inTurn.filter((node) => !node?.ready)];
    for (const node of order) {
      const answer = node === undefined ? 'refused' : await pass(node.parts.port, incoming, body);
      if (answer === 'refused') continue;
      outgoing.writeHead(answer === 'lost' ? 502 : answer.status).end(answer === 'lost' ? '' : answer.body);
      return;
    }
    outgoing.writeHead(503).end();
  }
}

type Answer = { readonly status: number; readonly body: Buffer } | 'refused' | 'lost';

/** `refused`: nobody listens there, so the next node may have it. `lost`: it may have been taken. */
function pass(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: url ?? '/',
      method: method ?? 'GET',
      headers,
      agent: false,
    };
    const attempt = request(options, (response) => {
      void bodyOf(response).then(
        (answer) => resolve({ status: response.statusCode ?? 502, body: answer }),
        () => resolve('lost'),
      );
    });
    const timer = setTimeout(() => attempt.destroy(), ANSWER_MS);
    attempt.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost'),
    );
    attempt.on('close', () => {
      clearTimeout(timer);
      resolve('lost');
    });
    attempt.end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
