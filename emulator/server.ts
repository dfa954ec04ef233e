import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/random.ts';
import { Call } from './call.ts';
import { newId } from './events.ts';
import { FaultQueue } from './faults.ts';
import { openModelSession } from './model-session.ts';
import { standInModel } from './models/stand-in.ts';
import { handleRest } from './rest.ts';
import { inviteHeaders } from './sip-headers.ts';
import { handleUpgrade } from './upgrade.ts';
import { deliver, incomingCallEvent } from './webhooks.ts';
import type {
  AttachFault,
  EmulatedCall,
  Emulator,
  EmulatorOptions,
  RestFault,
  RestOperation,
  RingOptions,
} from './types.ts';

const DEFAULT_KEY = 'sk-emulator';

/** How long an unused connection is kept open, ms: longer than a client's own patience. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts OpenAI's side of telephone calls on 127.0.0.1: REST, sidebands and webhooks over real sockets.
 *
 * @throws when the port is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const server = new EmulatorServer(options);
  await server.listen(options.port ?? 0);
  return server;
}

class EmulatorServer implements Emulator {
  readonly apiKey: string;
  baseUrl = '';
  connectionsOpened = 0;

  readonly #options: EmulatorOptions;
  readonly #calls = new Map<string, Call>();
  readonly #clock;
  readonly #random;
  readonly #server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #open = new Set<Duplex>();
  readonly #restFaults = new FaultQueue<RestOperation, RestFault>();
  readonly #attachFaults = new FaultQueue<'attach', AttachFault>();
  #webhookUrl: string | null;

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.apiKey = options.apiKey ?? DEFAULT_KEY;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#webhookUrl = options.webhookUrl ?? null;
    this.#server = options.tls === undefined ? createServer() : createTlsServer({ ...options.tls });
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#route();
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const { port: bound } = this.#server.address() as AddressInfo;
    const scheme = this.#options.tls === undefined ? 'http' : 'https';
    this.baseUrl = `${scheme}://127.0.0.1:${bound}/v1`;
  }

  get calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  deliverTo(url: string): void {
    this.#webhookUrl = url;
  }

  async ring(options: RingOptions = {}): Promise<EmulatedCall> {
    const call = this.#newCall(options);
    if (options.deliver ?? this.#webhookUrl !== null) await call.deliver();
    return call;
  }

  failNext(operation: RestOperation, faults: readonly RestFault[], callId?: string): void {
    this.#restFaults.add(operation, faults, callId);
  }

  failNextAttach(faults: readonly AttachFault[], callId?: string): void {
    this.#attachFaults.add('attach', faults, callId);
  }

  async close(): Promise<void> {
    for (const call of this.#calls.values()) call.dispose();
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    // Upgraded and unanswered connections are none of the HTTP server's any more.
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #route(): void {
    const { apiKey } = this;
    const [clock, random] = [this.#clock, this.#random];
    const find = (callId: string): Call | undefined => this.#calls.get(callId);
    const rest = {
      apiKey,
      clock,
      random,
      faults: this.#restFaults,
      find,
      place: (session: Record<string, unknown>) => {
        const call = this.#newCall({});
        call.decide();
        call.accept(session);
        return call;
      },
    };
    const upgrade = {
      apiKey,
      random,
      sockets: this.#sockets,
      faults: this.#attachFaults,
      find,
      sidebands: this.#options.sidebands ?? Number.POSITIVE_INFINITY,
      openSession: (socket: Parameters<typeof openModelSession>[0], name: string) => {
        openModelSession(socket, { clock, random, model: this.#model, thinkMs: this.#thinkMs, name });
      },
    };
    this.#server.on('request', (request, response) => void handleRest(rest, request, response));
    this.#server.on('upgrade', (request, socket, head) => handleUpgrade(upgrade, request, socket, head));
    this.#server.on('connection', (socket: Duplex) => {
      this.connectionsOpened += 1;
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  #newCall(options: RingOptions): Call {
    const clock = this.#clock;
    const random = this.#random;
    const id = options.callId ?? newId('rtc_u0', random);
    const sipCallId = options.sipCallId ?? `${random.hex(16)}@192.0.2.10`;
    const event = incomingCallEvent({
      eventId: newId('evt', random),
      callId: id,
      createdAt: options.createdAt ?? Math.floor(clock.now() / 1_000),
      headers: inviteHeaders(options, sipCallId, random),
    });
    const webhookId = newId('wh', random);
    const call = new Call({
      id,
      sipCallId,
      clock,
      random,
      model: options.model ?? this.#model,
      thinkMs: this.#thinkMs,
      pace: this.#options.playback ?? { speed: 1 },
      deliver: async (how) => {
        const url = this.#webhookUrl;
        if (url === null) throw new Error('no webhook URL: name one with webhookUrl or deliverTo');
        const secrets = this.#options.webhookSecrets ?? [];
        return deliver({ url, clock, webhookId, secrets, event }, how);
      },
    });
    this.#calls.set(id, call);
    return call;
  }

  get #model() {
    return this.#options.model ?? standInModel;
  }

  get #thinkMs(): number {
    return this.#options.thinkMs ?? 0;
  }
}
