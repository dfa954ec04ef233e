import type { Test } from 'tap';
import WebSocket from 'ws';
import type {
  EmulatedCall,
  Emulator,
  EmulatorOptions,
  RingOptions,
  WireEntry,
} from '../../emulator/types.ts';
import { startEmulator } from '../../emulator/index.ts';

/** Fast enough for tests, slow enough that a speech of a sentence still has a middle. */
export const FAST = { speed: 20 };

/** Any event, read loosely: tests look at single fields. */
export interface Seen {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A sideband as a plain client sees it. */
export interface Client {
  readonly socket: WebSocket;
  readonly events: readonly Seen[];
  send(event: Record<string, unknown>): void;
  /** The first event of this type, seen before or still to come. */
  next(type: string, count?: number): Promise<Seen>;
  types(): string[];
}

/** Starts an emulator that is closed with the test. */
export async function emulatorFor(t: Test, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ playback: FAST, ...options });
  t.teardown(() => emulator.close());
  return emulator;
}

/** One REST request on a call. */
export function rest(
  emulator: Emulator,
  path: string,
  body?: unknown,
  key = emulator.apiKey,
): Promise<Response> {
  return fetch(`${emulator.baseUrl}/realtime/calls/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** The code of a refused request. */
export async function codeOf(response: Response): Promise<string | null> {
  const body = (await response.json()) as { error: { code: string | null } };
  return body.error.code;
}

export function sidebandUrl(emulator: Emulator, callId: string): string {
  return `${emulator.baseUrl.replace(/^http/u, 'ws')}/realtime?call_id=${callId}`;
}

/** Opens a WebSocket with the emulator's key. Rejects with the HTTP status when it is refused. */
export function connect(t: Test, emulator: Emulator, url: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${emulator.apiKey}` } });
    t.teardown(() => socket.terminate());
    const client = clientOf(socket);
    socket.on('open', () => resolve(client));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}

/** A call that rang, was accepted with this session, and has a sideband. */
export async function connectedCall(
  t: Test,
  options: EmulatorOptions = {},
  session: Record<string, unknown> = {},
  ring: RingOptions = {},
): Promise<{ emulator: Emulator; call: EmulatedCall; client: Client }> {
  const emulator = await emulatorFor(t, options);
  const call = await emulator.ring(ring);
  await rest(emulator, `${call.id}/accept`, { type: 'realtime', ...session });
  const client = await connect(t, emulator, sidebandUrl(emulator, call.id));
  await client.next('session.created');
  return { emulator, call, client };
}

/** Matches a message that the emulator has sent. */
export function sent(type: string): (entry: WireEntry) => boolean {
  return (entry) => entry.direction === 'sent' && entry.event.type === type;
}

function clientOf(socket: WebSocket): Client {
  const events: Seen[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    events.push(JSON.parse(data.toString('utf8')) as Seen);
    for (const look of waiting) look();
  });
  return {
    socket,
    events,
    send: (event) => socket.send(JSON.stringify(event)),
    next: (type, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.filter((event) => event.type === type)[count - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    types: () => events.map((event) => event.type),
  };
}
