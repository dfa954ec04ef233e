import type { RealtimeResponse, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { WebSocket, type RawData } from 'ws';
import type { Clock } from '../../src/lib/clock.ts';
import { withDeadline } from '../../src/lib/deadline.ts';
import { isObject } from '../schema.ts';
import type { Model, ModelItem, ModelPart, ModelTurn } from '../types.ts';

export interface LiveModelOptions {
  /** `wss://…/v1/realtime`, without a query. */
  readonly url: string;
  readonly apiKey: string;
  /** Realtime model, such as gpt-realtime-2.1. */
  readonly model: string;
  /** `Origin` of the handshake; empty: not sent. */
  readonly origin: string;
  readonly clock: Clock;
}

/** A model whose words come from a Realtime session over a WebSocket. */
export interface LiveModel {
  readonly model: Model;
  /** Ends the session. Turns that are under way are rejected. */
  close(): void;
}

/** Handshake and session.created, ms. */
const CONNECT_MS = 10_000;
/** session.updated, ms. */
const UPDATE_MS = 10_000;
/** One whole response, ms: written text comes faster than speech, but models think. */
const RESPONSE_MS = 30_000;

/** Stands for what the caller said when it could not be understood. */
const INAUDIBLE = '(聞き取れない音声)';

/** Asks for what the present session of the emulator asks for, in writing. */
export function createLiveModel(options: LiveModelOptions): LiveModel {
  const session = new LiveSession(options);
  return {
    model: (turn) => session.respond(turn),
    close: () => session.close(),
  };
}

interface Waiting {
  resolve(response: RealtimeResponse | null): void;
  reject(error: Error): void;
}

/**
 * One text session. The emulator owns the conversation: every response is made beside the session's own conversation
 * from the items that the emulator hands over, so that what was cut off, and what was never heard, is the same on
 * both sides, and a turn that was given up does not get in the way of the next one.
 */
class LiveSession {
  readonly #options: LiveModelOptions;
  readonly #waiting = new Map<string, Waiting>();
  #socket: Promise<WebSocket> | null = null;
  #configured = '';
  #sent = 0;

  constructor(options: LiveModelOptions) {
    this.#options = options;
  }

  /** @throws Error when the API cannot be reached, refuses, or does not answer in time */
  async respond(turn: ModelTurn): Promise<readonly ModelPart[]> {
    this.#socket ??= this.#connect();
    const socket = await this.#socket;
    await this.#configure(socket, turn);
    const key = this.#nextKey('turn');
    const done = this.#answerTo(key, RESPONSE_MS, 'the response');
    socket.send(JSON.stringify({ type: 'response.create', event_id: key, response: requestOf(turn, key) }));
    const response = await done;
    return response === null ? [] : partsOf(response);
  }

  close(): void {
    const socket = this.#socket;
    this.#drop(new Error('the realtime session was closed'));
    // A connection that failed has been reported to the turn that wanted it.
    socket?.then(
      (open) => open.close(),
      () => {},
    );
  }

  async #connect(): Promise<WebSocket> {
    const { url, apiKey, model, origin, clock } = this.#options;
    const socket = new WebSocket(`${url}?model=${encodeURIComponent(model)}`, {
      headers: { authorization: `Bearer ${apiKey}` },
      handshakeTimeout: CONNECT_MS,
      ...(origin === '' ? {} : { origin }),
    });
    const created = new Promise<void>((resolve, reject) => {
      socket.on('message', (data) => {
        const event = JSON.parse(textOf(data)) as RealtimeServerEvent;
        if (event.type === 'session.created') resolve();
        else this.#take(event);
      });
      socket.on('error', (error) => reject(new Error(`no realtime session: ${error.message}`)));
      socket.on('close', (code) => {
        const error = new Error(`the realtime session was closed (${code})`);
        reject(error);
        this.#drop(error);
      });
    });
    const late = (): Error => new Error(`no realtime session within ${CONNECT_MS} ms`);
    try {
      await withDeadline(clock, CONNECT_MS, created, late);
      return socket;
    } catch (error) {
      socket.terminate();
      this.#socket = null;
      throw error;
    }
  }

  /** Instructions and tools of the call, whenever they have changed. */
  async #configure(socket: WebSocket, { session }: ModelTurn): Promise<void> {
    const { instructions, tools, tool_choice } = session;
    const wanted = { type: 'realtime', output_modalities: ['text'], instructions, tools, tool_choice };
    const text = JSON.stringify(wanted);
    if (text === this.#configured) return;
    const key = this.#nextKey('session');
    const updated = this.#answerTo(key, UPDATE_MS, 'session.updated');
    socket.send(JSON.stringify({ type: 'session.update', event_id: key, session: wanted }));
    await updated;
    this.#configured = text;
  }

  #take(event: RealtimeServerEvent): void {
    if (event.type === 'session.updated') {
      // The event does not name its request; updates are answered in order.
      const key = [...this.#waiting.keys()].find((each) => each.startsWith('session'));
      this.#settle(key)?.resolve(null);
    } else if (event.type === 'response.done') {
      this.#settle(event.response.metadata?.['turn'])?.resolve(event.response);
    } else if (event.type === 'error') {
      const { code, message, event_id } = event.error;
      this.#settle(event_id ?? undefined)?.reject(new Error(`${code ?? 'error'}: ${message}`));
    }
  }

  #answerTo(key: string, ms: number, what: string): Promise<RealtimeResponse | null> {
    const answer = new Promise<RealtimeResponse | null>((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject });
    });
    return withDeadline(this.#options.clock, ms, answer, () => {
      this.#waiting.delete(key);
      return new Error(`${what} did not come within ${ms} ms`);
    });
  }

  #settle(key: string | undefined): Waiting | undefined {
    if (key === undefined) return undefined;
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }

  /** The next turn opens a new session. */
  #drop(error: Error): void {
    this.#socket = null;
    this.#configured = '';
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #nextKey(of: 'turn' | 'session'): string {
    this.#sent += 1;
    return `${of}_${this.#sent}`;
  }
}

/** `response` of response.create: what the emulator was asked for, in writing, from its own conversation. */
function requestOf({ request, items }: ModelTurn, key: string): Record<string, unknown> {
  const { instructions, tools, tool_choice } = request ?? {};
  return {
    conversation: 'none',
    metadata: { turn: key },
    output_modalities: ['text'],
    input: items.flatMap(inputOf),
    ...(instructions === undefined ? {} : { instructions }),
    ...(tools === undefined ? {} : { tools }),
    ...(tool_choice === undefined ? {} : { tool_choice }),
  };
}

function inputOf(item: ModelItem): Record<string, unknown>[] {
  if (item.type === 'function_call') {
    return [{ type: item.type, call_id: item.callId, name: item.name, arguments: item.arguments }];
  }
  if (item.type === 'function_call_output') {
    return [{ type: item.type, call_id: item.callId, output: item.output }];
  }
  const text = item.text === '' && item.role === 'user' ? INAUDIBLE : item.text;
  if (text === '') return [];
  const type = item.role === 'assistant' ? 'output_text' : 'input_text';
  return [{ type: 'message', role: item.role, content: [{ type, text }] }];
}

function partsOf(response: RealtimeResponse): ModelPart[] {
  const parts = (response.output ?? []).flatMap((item): ModelPart[] => {
    if (item.type === 'function_call') {
      return [{ call: { name: item.name, arguments: item.arguments } }];
    }
    if (item.type !== 'message' || item.role !== 'assistant') return [];
    const words = item.content.map((part) => part.text ?? part.transcript ?? '').join('');
    return words.trim() === '' ? [] : [{ say: words.trim() }];
  });
  const failure = failureOf(response);
  return failure === null ? parts : [...parts, failure];
}

function failureOf({ status, status_details: details }: RealtimeResponse): ModelPart | null {
  if (status === 'incomplete') {
    const code = details?.reason ?? 'max_output_tokens';
    return { fail: { code, message: `the response is incomplete: ${code}` } };
  }
  if (status !== 'failed') return null;
  const error: unknown = details?.error;
  const code = isObject(error) && typeof error['code'] === 'string' ? error['code'] : 'server_error';
  return { fail: { code, message: `the response failed: ${code}` } };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
