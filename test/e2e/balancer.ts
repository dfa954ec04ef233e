import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** What a hop does not pass on. */
const OF_THE_HOP = new Set(['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding']);

/**
 * A load balancer as deploy/ has them: each delivery goes to the next node that says it is ready, and where none does,
 * nobody hears of it. It asks before each delivery, so that no test waits for its rounds.
 *
 * @param nodes base URLs
 * @returns base URL of its own
 */
export async function openBalancer(t: Test, nodes: readonly string[]): Promise<string> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    turn += 1;
    const inTurn = nodes.map((_, index) => nodes[(turn + index) % nodes.length] ?? '');
    forward(inTurn, incoming, outgoing).catch(() => outgoing.writeHead(502).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function forward(
  nodes: readonly string[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  for (const node of nodes) {
    if ((await readiness(node)).status !== 200) continue;
    const { method = 'GET', url = '/' } = incoming;
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
      typeof value !== 'string' || OF_THE_HOP.has(name) ? [] : [[name, value] as [string, string]],
    );
    const answer = await fetch(`${node}${url}`, { method, headers, body: Buffer.concat(chunks) });
    outgoing.writeHead(answer.status).end(await answer.text());
    return;
  }
  outgoing.writeHead(503).end();
}

/** What a node says of itself. */
export async function readiness(
  node: string,
): Promise<{ readonly status: number; readonly reasons: string[] }> {
  const response = await fetch(`${node}/readyz`);
  const { reasons } = (await response.json()) as { reasons: string[] };
  return { status: response.status, reasons };
}
