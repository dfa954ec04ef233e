import { parse } from 'secure-json-parse';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** An INVITE carries some 20 headers; the caller decides how many, so there is an end to them. */
const MAX_SIP_HEADERS = 200;
/** Characters. SIP stacks cut lines far earlier. */
const MAX_HEADER_VALUE = 4_096;
const MAX_HEADER_NAME = 256;
const MAX_ID = 128;
/** The year 5138 in seconds; milliseconds by mistake would be beyond it. */
const MAX_UNIX_SECONDS = 99_999_999_999;

const SipHeaders = Type.Array(
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: MAX_HEADER_NAME }),
    value: Type.String({ maxLength: MAX_HEADER_VALUE }),
  }),
  { maxItems: MAX_SIP_HEADERS },
);

/** `realtime.call.incoming` as far as it is used. Fields that are not listed are allowed and ignored. */
const IncomingCallSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: MAX_ID }),
  type: Type.Literal('realtime.call.incoming'),
  created_at: Type.Number({ minimum: 0, maximum: MAX_UNIX_SECONDS }),
  data: Type.Object({
    call_id: Type.String({ pattern: `^[A-Za-z0-9_-]{1,${MAX_ID}}$` }),
    sip_headers: SipHeaders,
    sip_media_security: Type.Optional(Type.Union([Type.String({ maxLength: MAX_ID }), Type.Null()])),
  }),
});

const LiveCallSchema = Type.Object({ data: Type.Object({ sip_headers: SipHeaders }) });

const incomingCall = Compile(IncomingCallSchema);
const liveCall = Compile(LiveCallSchema);

/** One SIP header as it came. Untrusted: the caller wrote it. */
export type SipHeader = Static<typeof SipHeaders>[number];

/** A ringing call. */
export interface IncomingCallEvent {
  readonly eventId: string;
  readonly eventType: 'realtime.call.incoming';
  /** When the call began to ring, ms since the Unix epoch. */
  readonly createdAt: number;
  readonly callId: string;
  readonly sipHeaders: readonly SipHeader[];
  /** `rtp`, `srtp`, another word, or null when not said. */
  readonly mediaSecurity: string | null;
}

export type Envelope =
  | { readonly kind: 'incoming_call'; readonly event: IncomingCallEvent }
  /** Not for us. `sipHeaders` is set for the same call announced through the other API. */
  | { readonly kind: 'ignored'; readonly type: string; readonly sipHeaders: readonly SipHeader[] | null }
  /** `reason` is fit for a log: it holds no value of the body. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** The same INVITE under the Live API; whoever accepts first decides which API serves it. */
const LIVE_TYPES: ReadonlySet<string> = new Set(['live.call.incoming', 'live.transport.incoming']);

/**
 * Reads the body of an authentic delivery. Never throws.
 *
 * A byte order mark is malformed: JSON must not begin with one, and the verifying library does not take it either.
 */
export function parseEnvelope(body: Buffer): Envelope {
  const value = readJson(body);
  if (value === undefined) return malformed('not JSON');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed('not an object');
  const type = 'type' in value ? value.type : undefined;
  if (typeof type !== 'string') return malformed('/type is not a string');
  if (type === 'realtime.call.incoming') return readIncomingCall(value);
  if (!LIVE_TYPES.has(type)) return { kind: 'ignored', type: speakable(type), sipHeaders: null };
  return { kind: 'ignored', type, sipHeaders: liveCall.Check(value) ? value.data.sip_headers : null };
}

function readIncomingCall(value: object): Envelope {
  if (!incomingCall.Check(value)) {
    return malformed(`${incomingCall.Errors(value)[0]?.instancePath || '/'} is not as documented`);
  }
  return {
    kind: 'incoming_call',
    event: {
      eventId: value.id,
      eventType: value.type,
      createdAt: value.created_at * 1000,
      callId: value.data.call_id,
      sipHeaders: value.data.sip_headers,
      mediaSecurity: value.data.sip_media_security ?? null,
    },
  };
}

/** The value, or undefined when the bytes are no JSON. Keys that could reach a prototype are removed. */
function readJson(body: Buffer): unknown {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return undefined;
  try {
    return parse(body, { protoAction: 'remove', constructorAction: 'remove' }) as unknown;
  } catch {
    return undefined;
  }
}

/** A type we do not know goes to logs only in this shape. */
function speakable(type: string): string {
  return /^[\w.]{1,64}$/.test(type) ? type : 'unreadable';
}

function malformed(reason: string): Envelope {
  return { kind: 'malformed', reason };
}
