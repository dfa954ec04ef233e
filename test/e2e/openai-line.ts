import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Test } from 'tap';

/** The way to OpenAI's side, on which everything can be made to fail. */
export interface OpenAiLine {
  /** What the service takes for OpenAI. */
  readonly baseUrl: string;
  /** Where requests go; to be set before the first. */
  target: string;
  /** Requests so far by what they ask for: accept, hangup, sideband and so on. */
  asked(operation: string): number;
  /** From now on every request is answered with 503, and every sideband is cut. */
  down(): void;
  up(): void;
}

/** Opens the way on a free port; closed when the test ends. */
export async function openOpenAiLine(t: Test): Promise<OpenAiLine> {
  const counts = new Map<string, number>();
  const sidebands = new Set<Duplex>();
  let isDown = false;
  const server = createServer((incoming, answer) => {
    note(incoming);
    if (isDown) void answer.writeHead(503).end();
    else forward(line.target, incoming, answer);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    note(incoming);
    socket.on('error', () => undefined);
    if (isDown) void socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
    else join(line.target, incoming, socket, head, sidebands);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sidebands) socket.destroy();
    server.close();
    server.closeAllConnections();
  });

  const line: OpenAiLine = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    target: '',
    asked: (operation) => counts.get(operation) ?? 0,
    down: () => {
      isDown = true;
      for (const socket of sidebands) socket.destroy();
    },
    up: () => {
      isDown = false;
    },
  };
  return line;

  function note(incoming: IncomingMessage): void {
    const { pathname } = new URL(incoming.url ?? '/', 'http://line');
    const operation = incoming.headers.upgrade === undefined ? pathname.split('/').at(-1) : 'sideband';
    counts.set(operation ?? '', (counts.get(operation ?? '') ?? 0) + 1);
  }
}

function forward(target: string, incoming: IncomingMessage, answer: ServerResponse): void {
  const { origin } = new URL(target);
  const onward = request(`${origin}${incoming.url}`, { method: incoming.method, headers: incoming.headers });
  onward.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.pipe(onward);
}

/** Passes the bytes of a sideband as they are. */
function join(
  target: string,
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  open: Set<Duplex>,
): void {
  const { hostname, port } = new URL(target);
  const onward = connect(Number(port), hostname);
  const headers = incoming.rawHeaders.flatMap((name, at, all) =>
    at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : [],
  );
  onward.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  onward.write(head);
  socket.pipe(onward).pipe(socket);
  for (const [one, other] of [
    [socket, onward],
    [onward, socket],
  ] as const) {
    open.add(one);
    one.on('error', () => undefined);
    one.on('close', () => {
      open.delete(one);
      other.destroy();
    });
  }
}
