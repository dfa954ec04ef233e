import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { SESSION_CREATED, SESSION_UPDATED } from './events.ts';

/** What a target sent on the sideband, as far as a script has to know it. `at`: monotonic ms. */
export type FromTarget =
  | {
      readonly type: 'response.create';
      readonly at: number;
      readonly metadata: Readonly<Record<string, string>> | null;
    }
  | { readonly type: 'function_call_output'; readonly at: number; readonly functionCallId: string };

/** Plays the model and the caller of one call: is told what the target sends, and answers through the call. */
export type Script = (call: PeerCall, message: FromTarget) => void;

const WS_TEXT = { binary: false } as const;
const CALL_PATH = /^\/v1\/realtime\/calls\/([\w-]+)\/(accept|hangup|reject)$/;
const ALREADY = JSON.stringify({
  error: { message: 'Decided.', type: 'invalid_request_error', code: 'decision_already_made', param: null },
});

/** One call on OpenAI's side. */
export class PeerCall {
  readonly id: string;
  readonly script: Script;
  /** Monotonic ms at which the accept request came in; 0: it has not. */
  acceptedAt = 0;
  /** Accept requests that came; only the first takes effect. */
  accepts = 0;
  over = false;
  #socket: WebSocket | null = null;
  #stream: Duplex | null = null;

  constructor(id: string, script: Script) {
    this.id = id;
    this.script = script;
  }

  attach(socket: WebSocket, stream: Duplex): void {
    this.#socket = socket;
    this.#stream = stream;
    socket.on('message', (data: Buffer) => this.#received(data, performance.now()));
    socket.on('error', () => {});
    this.send([SESSION_CREATED]);
  }

  /** Sends frames in one piece, as a busy network delivers them. */
  send(frames: readonly Buffer[]): void {
    if (this.#socket === null || this.over) return;
    this.#stream?.cork();
    for (const frame of frames) this.#socket.send(frame, WS_TEXT);
    this.#stream?.uncork();
  }

  /** The caller hangs up: the socket goes, and the call is not found any more. */
  hangUp(): void {
    this.over = true;
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #received(data: Buffer, at: number): void {
    const event = JSON.parse(data.toString()) as {
      type: string;
      response?: { metadata?: Record<string, string> };
      item?: { type: string; call_id: string };
    };
    if (event.type === 'session.update') this.send([SESSION_UPDATED]);
    else if (event.type === 'response.create') {
      this.script(this, { type: 'response.create', at, metadata: event.response?.metadata ?? null });
    } else if (event.item?.type === 'function_call_output') {
      this.script(this, { type: 'function_call_output', at, functionCallId: event.item.call_id });
    }
  }
}

/**
 * OpenAI's side for both targets, as lean as it can be: REST answers without a look at the body, events serialised in
 * advance. It shares no process with a target, so what it costs is not counted.
 */
export interface Peer {
  /** For OPENAI_BASE_URL. */
  readonly baseUrl: string;
  /** Announces a call, which may then be accepted and attached to. */
  expect(callId: string, script: Script): PeerCall;
  forget(callId: string): void;
  close(): Promise<void>;
}

export async function startPeer(): Promise<Peer> {
  const calls = new Map<string, PeerCall>();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) =>
    answer(calls, request, response),
  );
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => {});
    const call = calls.get(request.url?.split('call_id=')[1] ?? '');
    if (call === undefined || call.acceptedAt === 0 || call.over) {
      stream.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => call.attach(socket, stream));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    expect(callId, script) {
      const call = new PeerCall(callId, script);
      calls.set(callId, call);
      return call;
    },
    forget: (callId) => void calls.delete(callId),
    async close() {
      for (const call of calls.values()) call.hangUp();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(calls: Map<string, PeerCall>, request: IncomingMessage, response: ServerResponse): void {
  const at = performance.now();
  request.resume();
  const [, callId = '', operation] = CALL_PATH.exec(request.url ?? '') ?? [];
  const call = calls.get(callId);
  if (operation === 'accept' && call !== undefined) call.accepts += 1;
  if (operation === undefined) send(response, 200, '{}');
  else if (call === undefined || call.over) send(response, 404, '');
  else if (operation === 'accept' && call.acceptedAt !== 0) send(response, 400, ALREADY);
  else {
    if (operation === 'accept') call.acceptedAt = at;
    else call.hangUp();
    send(response, 200, '');
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'x-request-id': 'req_00000000000000000000000000000000',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
