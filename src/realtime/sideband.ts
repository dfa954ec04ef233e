import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
import type { Clock, Timer } from '../lib/clock.ts';

/** Why a handshake failed. `not_found`: no such call now; before or after its life alike. */
export type AttachFailure =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly code: string };

/** Why an open sideband was lost. */
export type DetachCause = 'closed' | 'silent' | 'congested' | 'oversized';

/** Who hears of a sideband. Exactly one of `onAttachFailed` and `onDetached` is called, once, unless we close. */
export interface SidebandListener {
  onOpen(): void;
  onFrame(frame: Buffer): void;
  onAttachFailed(failure: AttachFailure): void;
  onDetached(cause: DetachCause, code: number): void;
}

/** One sideband connection of a call. */
export interface Sideband {
  /** @returns false when the socket is not open: the event is not sent */
  send(event: string): boolean;
  /** Closes without telling the listener. Does not hang up the call. */
  close(): void;
}

/** Where sidebands come from. */
export interface Sidebands {
  /** Starts the handshake; the listener is attached before anything can arrive. */
  connect(callId: string, listener: SidebandListener): Sideband;
}

export interface SidebandOptions {
  /** For example `wss://api.openai.com/v1/realtime`. */
  readonly url: string;
  readonly apiKey: string;
  /** Empty: no Origin header. */
  readonly origin: string;
  readonly handshakeTimeoutMs: number;
  readonly clock: Clock;
}

/** The library's types lag behind its options. */
type SocketOptions = ClientOptions & { readonly closeTimeout: number };

/** Larger events are refused: nothing we act on comes near it, and parsing would stop all other calls. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** A ping goes out this often, ms; a peer that misses two is dead within 6 to 9 s: a caller waits ten, not more. */
const PING_INTERVAL_MS = 3_000;
const MAX_MISSED_PINGS = 2;
/** More than this unsent over two ticks means that nobody reads. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Time for the closing handshake; then the socket is torn down. */
const CLOSE_TIMEOUT_MS = 2_000;
const OVERSIZED = 1009;

/** All sidebands of the process: they share their listeners and one heartbeat. */
export class SidebandPool implements Sidebands {
  readonly #options: SidebandOptions;
  readonly #open = new Set<Connection>();
  #heartbeat: Timer | null = null;

  constructor(options: SidebandOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  connect(callId: string, listener: SidebandListener): Sideband {
    const { url, apiKey, origin, handshakeTimeoutMs } = this.#options;
    const options: SocketOptions = {
      headers: { authorization: `Bearer ${apiKey}` },
      handshakeTimeout: handshakeTimeoutMs,
      perMessageDeflate: false,
      maxPayload: MAX_EVENT_BYTES,
      followRedirects: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
      skipUTF8Validation: false,
      ...(origin === '' ? {} : { origin }),
    };
    const socket = new WebSocket(`${url}?call_id=${encodeURIComponent(callId)}`, options);
    const connection = new Connection(socket, listener, this.#open);
    this.#open.add(connection);
    this.#heartbeat ??= this.#options.clock.setTimer(PING_INTERVAL_MS, () => this.#beat());
    return connection;
  }

  /** Drops every socket at once. */
  close(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    for (const connection of this.#open) connection.close();
  }

  #beat(): void {
    for (const connection of this.#open) connection.beat();
    this.#heartbeat =
      this.#open.size === 0 ? null : this.#options.clock.setTimer(PING_INTERVAL_MS, () => this.#beat());
  }
}

/**
 *     connecting ─ open ─▶ open ─ close ─▶ over
 *         └──── handshake failed ───────────▲
 */
type Link =
  | { readonly state: 'connecting'; readonly socket: WebSocket }
  | { readonly state: 'open'; readonly socket: WebSocket }
  | { readonly state: 'over' };

const OVER: Link = { state: 'over' };
const owner = Symbol('connection');

interface OwnedSocket extends WebSocket {
  [owner]: Connection;
}

class Connection implements Sideband {
  #link: Link;
  readonly #listener: SidebandListener;
  readonly #registry: Set<Connection>;
  #missedPings = 0;
  #congestedTicks = 0;
  #failure: AttachFailure | null = null;
  #oversized = false;

  constructor(socket: WebSocket, listener: SidebandListener, registry: Set<Connection>) {
    this.#link = { state: 'connecting', socket };
    this.#listener = listener;
    this.#registry = registry;
    (socket as OwnedSocket)[owner] = this;
    socket.on('open', socketOnOpen);
    socket.on('message', socketOnMessage);
    socket.on('pong', socketOnPong);
    socket.on('unexpected-response', socketOnUnexpectedResponse);
    socket.on('error', socketOnError);
    socket.on('close', socketOnClose);
  }

  send(event: string): boolean {
    if (this.#link.state !== 'open' || this.#link.socket.readyState !== WebSocket.OPEN) return false;
    this.#link.socket.send(event);
    return true;
  }

  close(): void {
    const link = this.#link;
    this.#settle();
    if (link.state === 'connecting') link.socket.terminate();
    if (link.state === 'open') link.socket.close(1000);
  }

  beat(): void {
    if (this.#link.state !== 'open') return;
    const { socket } = this.#link;
    if (this.#missedPings >= MAX_MISSED_PINGS) {
      this.#lose('silent', 1006);
      return;
    }
    this.#congestedTicks = socket.bufferedAmount > MAX_BUFFERED_BYTES ? this.#congestedTicks + 1 : 0;
    if (this.#congestedTicks >= 2) {
      this.#lose('congested', 1006);
      return;
    }
    this.#missedPings += 1;
    socket.ping();
  }

  opened(): void {
    if (this.#link.state !== 'connecting') return;
    this.#link = { state: 'open', socket: this.#link.socket };
    this.#listener.onOpen();
  }

  received(frame: Buffer): void {
    this.#missedPings = 0;
    if (this.#link.state === 'open') this.#listener.onFrame(frame);
  }

  ponged(): void {
    this.#missedPings = 0;
  }

  refused(status: number): void {
    this.#failure = status === 404 ? { kind: 'not_found' } : { kind: 'refused', status };
  }

  erred(code: string): void {
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#oversized = true;
    this.#failure ??= { kind: 'unreachable', code };
  }

  closed(code: number): void {
    const link = this.#link;
    this.#settle();
    if (link.state === 'connecting') {
      this.#listener.onAttachFailed(this.#failure ?? { kind: 'unreachable', code: String(code) });
    } else if (link.state === 'open') {
      this.#listener.onDetached(this.#oversized || code === OVERSIZED ? 'oversized' : 'closed', code);
    }
  }

  #lose(cause: DetachCause, code: number): void {
    const link = this.#link;
    this.#settle();
    if (link.state === 'open') {
      link.socket.terminate();
      this.#listener.onDetached(cause, code);
    }
  }

  #settle(): void {
    this.#link = OVER;
    this.#registry.delete(this);
  }
}

function socketOnOpen(this: WebSocket): void {
  (this as OwnedSocket)[owner].opened();
}

function socketOnMessage(this: WebSocket, data: RawData, binary: boolean): void {
  if (!binary && Buffer.isBuffer(data)) (this as OwnedSocket)[owner].received(data);
}

function socketOnPong(this: WebSocket): void {
  (this as OwnedSocket)[owner].ponged();
}

/** With this listener ws leaves the refused request to us: the answer is drained and the socket torn down. */
function socketOnUnexpectedResponse(this: WebSocket, _request: unknown, response: IncomingMessage): void {
  (this as OwnedSocket)[owner].refused(response.statusCode ?? 0);
  response.resume();
  this.terminate();
}

function socketOnError(this: WebSocket, error: Error & { code?: string }): void {
  (this as OwnedSocket)[owner].erred(error.code ?? error.name);
}

function socketOnClose(this: WebSocket, code: number): void {
  (this as OwnedSocket)[owner].closed(code);
}
