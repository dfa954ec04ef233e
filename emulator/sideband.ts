import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { RawData, WebSocket } from 'ws';

/** What a sideband tells its call. */
export interface SidebandListener {
  readonly onSent: (event: RealtimeServerEvent, connection: number) => void;
  readonly onReceived: (message: string, connection: number) => void;
  readonly onChange: () => void;
}

interface Connection {
  readonly number: number;
  readonly socket: WebSocket;
  /** Messages held back while the connection is frozen, else null. */
  held: (string | Buffer)[] | null;
  /** Broken: what had arrived and was not read yet is lost too. */
  cut: boolean;
}

/** All WebSockets of one session. Every event goes to each of them. */
export class Sideband {
  readonly #listener: SidebandListener;
  readonly #connections = new Set<Connection>();
  #count = 0;

  constructor(listener: SidebandListener) {
    this.#listener = listener;
  }

  /** Connections so far. */
  get count(): number {
    return this.#count;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** Takes a freshly opened socket. Returns its number, from 1. */
  add(socket: WebSocket): number {
    this.#count += 1;
    const connection: Connection = { number: this.#count, socket, held: null, cut: false };
    this.#connections.add(connection);
    socket.on('message', (data, isBinary) => {
      if (connection.cut) return;
      this.#listener.onReceived(isBinary ? '' : asText(data), connection.number);
    });
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#listener.onChange();
    });
    // A broken socket is followed by its close event, which is all that matters here.
    socket.on('error', () => {});
    this.#listener.onChange();
    return connection.number;
  }

  send(event: RealtimeServerEvent, only?: number): void {
    const text = JSON.stringify(event);
    for (const connection of this.#connections) {
      if (only !== undefined && connection.number !== only) continue;
      this.#write(connection, text);
      this.#listener.onSent(event, connection.number);
    }
  }

  sendRaw(text: string | Buffer): void {
    for (const connection of this.#connections) this.#write(connection, text);
  }

  /** Breaks every connection without a closing handshake. */
  cut(): void {
    for (const connection of this.#connections) {
      connection.cut = true;
      connection.socket.terminate();
    }
  }

  close(code: number, reason?: string): void {
    for (const { socket } of this.#connections) socket.close(code, reason);
  }

  /** Stops reading and writing; pings stay unanswered, the connection stays open. */
  freeze(): void {
    for (const connection of this.#connections) {
      connection.held ??= [];
      connection.socket.pause();
    }
  }

  /** Goes on where `freeze` stopped. */
  thaw(): void {
    for (const connection of this.#connections) {
      const held = connection.held ?? [];
      connection.held = null;
      connection.socket.resume();
      for (const text of held) this.#write(connection, text);
    }
  }

  #write(connection: Connection, text: string | Buffer): void {
    if (connection.held === null) connection.socket.send(text);
    else connection.held.push(text);
  }
}

function asText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
