import type { IncomingHttpHeaders } from 'node:http';
import type { RealtimeServerEvent, RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import type { Clock } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';

/** What the stand-in model is shown when it has to speak. */
export interface ModelTurn {
  /** The session as it stands now: instructions, tools, turn detection, … */
  readonly session: Readonly<Record<string, unknown>>;
  /** The conversation so far, oldest first. Caller audio appears as its transcript. */
  readonly items: readonly ModelItem[];
  /** `response` of the response.create that asked for this turn; null when turn detection did. */
  readonly request: Readonly<Record<string, unknown>> | null;
}

export type ModelItem =
  | { readonly type: 'message'; readonly role: 'system' | 'user' | 'assistant'; readonly text: string }
  | {
      readonly type: 'function_call';
      readonly callId: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'function_call_output'; readonly callId: string; readonly output: string };

/** One thing the model emits in a response, in order. */
export type ModelPart =
  | { readonly say: string }
  | { readonly call: { readonly name: string; readonly arguments: string } }
  /** The response ends with this status instead of completed. */
  | { readonly fail: { readonly code: string; readonly message: string } };

/** Decides what the agent says. A rejected promise becomes a failed response. */
export type Model = (turn: ModelTurn) => Promise<readonly ModelPart[]>;

/** How one REST request is answered instead of the ordinary way. */
export type RestFault =
  /** Answers with this status; the effect does not happen. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Record<string, string>;
    }
  /** Takes effect, but the answer never comes. */
  | { readonly kind: 'applied_no_answer' }
  /** No effect, no answer. */
  | { readonly kind: 'no_answer' }
  /** The connection is reset. */
  | { readonly kind: 'reset' }
  /** 200, but nothing happens: an accept whose session never starts, a refer that is not relayed. */
  | { readonly kind: 'ok_no_effect' }
  /** Waits this many ms, then answers the ordinary way. */
  | { readonly kind: 'delay'; readonly ms: number };

export type RestOperation = 'accept' | 'reject' | 'refer' | 'hangup';

/** How one sideband upgrade is answered instead of the ordinary way. */
export type AttachFault =
  | { readonly kind: 'status'; readonly status: number }
  /** The upgrade hangs. */
  | { readonly kind: 'no_answer' }
  /** Opens, but session.created never comes. */
  | { readonly kind: 'silent' };

export interface EmulatorOptions {
  /** Default `sk-emulator`. Requests with another key get 401. */
  readonly apiKey?: string;
  /** Where webhooks go; may be set later with `deliverTo`. */
  readonly webhookUrl?: string;
  /** `whsec_…`; each signs, as during a rotation. Empty: unsigned. */
  readonly webhookSecrets?: readonly string[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** TCP port, default 0: any free one. Always binds 127.0.0.1. */
  readonly port?: number;
  /**
   * How long speech lasts: `speed` 1 is real time (about 140 ms per Japanese character), 50 is fifty times faster.
   * `manual`: playback ends when the test calls `finishPlayback`. Default speed 1.
   */
  readonly playback?: { readonly speed: number } | 'manual';
  /** Default: the rule-based stand-in. */
  readonly model?: Model;
  /** Delay before each step of a response after response.created (one delta is one step), ms of the clock. Default 0. */
  readonly thinkMs?: number;
  /** Most sidebands of a call at once; further ones get 409. The real API's number is not documented. Default: any number. */
  readonly sidebands?: number;
  /** PEM texts: REST and sidebands are served over TLS. For clients that insist on wss. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** One webhook delivery attempt and its answer; status 0: no answer. */
export interface Delivery {
  readonly webhookId: string;
  readonly status: number;
  readonly body: string;
  /** Monotonic ms of the emulator's clock when the request was written, and when the answer had come. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export interface RingOptions {
  /** From header as sent, default a made-up mobile. */
  readonly from?: string;
  /** Extra or replacing SIP headers, in order. */
  readonly sipHeaders?: readonly { readonly name: string; readonly value: string }[];
  /** E.164 of the dialled number, sent as Diversion. */
  readonly dialled?: string;
  readonly callId?: string;
  readonly sipCallId?: string;
  /** created_at in unix seconds; default now. */
  readonly createdAt?: number;
  /** Deliver the webhook at once (default), or leave it to `deliver`. */
  readonly deliver?: boolean;
  /** Overrides the emulator's model for this call. */
  readonly model?: Model;
}

export interface DeliverOptions {
  readonly webhookId?: string;
  /** webhook-timestamp in unix seconds. */
  readonly timestamp?: number;
  readonly eventType?: string;
  /** Body as sent; default the call's event. */
  readonly body?: string;
  /** Extra or replacing HTTP headers; undefined removes one. */
  readonly headers?: Record<string, string | undefined>;
  readonly secrets?: readonly string[];
}

/** One message on the sideband, seen from the emulator. */
export interface WireEntry {
  readonly direction: 'sent' | 'received';
  readonly event: RealtimeServerEvent | RealtimeClientEvent;
  /** Monotonic ms of the emulator's clock. */
  readonly at: number;
  /** Number of the sideband connection, from 1. */
  readonly connection: number;
}

/** One REST request on a call. */
export interface RestEntry {
  readonly operation: RestOperation;
  readonly status: number;
  readonly body: unknown;
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
}

export interface SayOptions {
  /** Length of the speech in ms of the clock; default from the text and the playback speed, 0 with manual playback. */
  readonly ms?: number;
  /** When the transcription arrives: before the response (default), after it, never, or failed. */
  readonly transcript?: 'early' | 'late' | 'never' | 'failed';
  /** Transcript that differs from what was said. The model hears the words themselves. */
  readonly heardAs?: string;
}

/** One phone call as the caller and the network see it. */
export interface EmulatedCall {
  readonly id: string;
  readonly sipCallId: string;
  /** ringing → accepted → connected (session lives) → over. */
  readonly state: 'ringing' | 'accepted' | 'over';
  /** Who ended it; null while it lasts. */
  readonly endedBy: 'caller' | 'service' | 'rejected' | 'transferred' | 'openai' | null;
  /** SIP status with which the service rejected it, else null. */
  readonly rejectedWith: number | null;
  /** Where a relayed refer led, else null. */
  readonly transferredTo: string | null;
  /** What the real API lets through although it does harm, such as an explicit audio format on SIP. */
  readonly warnings: readonly string[];
  readonly wire: readonly WireEntry[];
  readonly rest: readonly RestEntry[];
  readonly deliveries: readonly Delivery[];
  /** What was played to its end, or cut: the words the caller really heard. */
  readonly heard: readonly { readonly text: string; readonly cut: boolean; readonly responseId: string }[];
  /** Number of sideband connections so far, and whether one is open. */
  readonly connections: number;
  readonly attached: boolean;
  /** Sidebands that are open now. */
  readonly sidebandsOpen: number;

  deliver(options?: DeliverOptions): Promise<Delivery>;
  /** Speaks; resolves when the speech was committed, without turn detection when it was said, or when the call ended. */
  say(text: string, options?: SayOptions): Promise<void>;
  /** Starts to speak without stopping; `stopSpeaking` ends it. */
  startSpeaking(): void;
  stopSpeaking(text: string, options?: SayOptions): Promise<void>;
  /** Presses one key: 0-9 * #. */
  press(key: string): void;
  /** The caller hangs up: sockets close, later requests get 404. */
  hangUp(): void;
  /** The sideband breaks (1006), the call goes on. */
  cutSideband(): void;
  /** The sideband closes with this code, the call goes on. */
  closeSideband(code: number, reason?: string): void;
  /** The sideband stops reading and writing without a FIN until `thaw`. */
  freezeSideband(): void;
  thawSideband(): void;
  /** Sends any text on the sideband, for hostile or unknown events. */
  sendRaw(text: string | Buffer): void;
  /** Sends an event as the API would. */
  send(event: Record<string, unknown>): void;
  /** With manual playback: what is being said has been heard to its end. */
  finishPlayback(): void;
  /** The 60 minute limit: session_expired, then close. */
  expire(): void;

  /** The next (or an earlier unclaimed) entry for which `match` holds. Rejects after `timeoutMs` (default 5,000) with what was seen. */
  waitFor(match: (entry: WireEntry) => boolean, timeoutMs?: number): Promise<WireEntry>;
  waitForRest(operation: RestOperation, count?: number, timeoutMs?: number): Promise<RestEntry>;
  /** Resolves when the agent's current speech has been heard to its end and nothing is being generated. */
  quiet(timeoutMs?: number): Promise<void>;
  /** Resolves when the call is over. */
  ended(timeoutMs?: number): Promise<void>;
}

/** OpenAI's side: REST, sidebands and webhooks over real sockets. */
export interface Emulator {
  /** For OPENAI_BASE_URL: `http://127.0.0.1:<port>/v1`; https with `tls`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly calls: readonly EmulatedCall[];
  deliverTo(url: string): void;
  ring(options?: RingOptions): Promise<EmulatedCall>;
  /** The next requests of this kind fail so, one fault each; `callId` narrows it. */
  failNext(operation: RestOperation, faults: readonly RestFault[], callId?: string): void;
  failNextAttach(faults: readonly AttachFault[], callId?: string): void;
  /** Number of TCP connections opened to the REST and sideband server so far. */
  readonly connectionsOpened: number;
  close(): Promise<void>;
}
