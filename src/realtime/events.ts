import type { RealtimeServerEvent } from './wire.ts';

/** Tokens and seconds of one response or transcription, as the API counts them. */
export interface TokenUsage {
  readonly textIn: number;
  readonly textInCached: number;
  readonly audioIn: number;
  readonly audioInCached: number;
  readonly textOut: number;
  readonly audioOut: number;
  readonly seconds: number;
}

/** How a response ended. */
export type ResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete';

/** What the service acts on, checked field by field: everything on the sideband is untrusted. */
export type SidebandEvent =
  | { readonly kind: 'session_created'; readonly model: string | null }
  | { readonly kind: 'session_updated' }
  | { readonly kind: 'response_created'; readonly responseId: string; readonly key: string | null }
  | {
      readonly kind: 'response_done';
      readonly responseId: string;
      readonly key: string | null;
      readonly status: ResponseStatus;
      readonly reason: string | null;
      readonly errorCode: string | null;
      readonly usage: TokenUsage | null;
    }
  | {
      readonly kind: 'function_call';
      readonly responseId: string;
      readonly functionCallId: string;
      readonly name: string;
      readonly arguments: string;
      readonly complete: boolean;
    }
  | { readonly kind: 'output_added'; readonly functionCallId: string }
  /** A message of ours is in the conversation; `first`: nothing stands before it. */
  | { readonly kind: 'note_added'; readonly first: boolean }
  | {
      readonly kind: 'agent_text';
      readonly responseId: string;
      readonly itemId: string;
      readonly text: string;
    }
  | { readonly kind: 'playback_started'; readonly responseId: string }
  | { readonly kind: 'playback_stopped'; readonly responseId: string }
  | { readonly kind: 'playback_cleared'; readonly responseId: string }
  | { readonly kind: 'speech_started'; readonly itemId: string }
  | { readonly kind: 'speech_stopped'; readonly itemId: string }
  | { readonly kind: 'turn_committed'; readonly itemId: string }
  | {
      readonly kind: 'caller_text';
      readonly itemId: string;
      readonly text: string;
      readonly usage: TokenUsage | null;
    }
  | { readonly kind: 'caller_text_failed'; readonly itemId: string }
  | { readonly kind: 'key_pressed'; readonly key: string }
  | { readonly kind: 'error'; readonly code: string; readonly eventId: string | null }
  | { readonly kind: 'delta'; readonly of: 'agent' | 'caller' }
  | { readonly kind: 'ignored'; readonly type: string }
  | { readonly kind: 'malformed'; readonly type: string };

type EventType = RealtimeServerEvent['type'];

/** Name of the metadata entry that ties a response to the request that asked for it. */
export const REQUEST_KEY = 'denwaban_request';

/** Longest id, name or code that is taken from the wire. */
const MAX_ID_LENGTH = 256;

type Fields = Readonly<Record<string, unknown>>;

const AGENT_DELTA: SidebandEvent = Object.freeze({ kind: 'delta', of: 'agent' });
const CALLER_DELTA: SidebandEvent = Object.freeze({ kind: 'delta', of: 'caller' });

/** Types that are recognised by peeking and never parsed while the call goes on. */
export const UNPARSED: ReadonlyMap<string, SidebandEvent> = new Map<string, SidebandEvent>(
  (
    [
      ['response.output_audio_transcript.delta', AGENT_DELTA],
      ['response.output_text.delta', AGENT_DELTA],
      ['conversation.item.input_audio_transcription.delta', CALLER_DELTA],
      ['response.output_audio.delta', null],
      ['response.output_audio.done', null],
      ['response.function_call_arguments.delta', null],
      ['response.content_part.added', null],
      ['response.content_part.done', null],
      ['response.output_item.added', null],
      ['rate_limits.updated', null],
    ] as const satisfies readonly (readonly [EventType, SidebandEvent | null])[]
  ).map(([type, event]) => [type, event ?? Object.freeze({ kind: 'ignored', type })]),
);

/** Turns a parsed server event into what the service acts on. Never throws. */
export function decodeEvent(value: unknown): SidebandEvent {
  const event = fieldsOf(value);
  const type = event === null ? null : idOf(event['type']);
  if (event === null || type === null) return { kind: 'malformed', type: 'unknown' };
  const decoder = DECODERS.get(type);
  if (decoder === undefined) return { kind: 'ignored', type };
  return decoder(event) ?? { kind: 'malformed', type };
}

type Decoder = (event: Fields) => SidebandEvent | null;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<EventType, Decoder>([
  [
    'session.created',
    (event) => ({ kind: 'session_created', model: idOf(fieldsOf(event['session'])?.['model']) }),
  ],
  ['session.updated', () => ({ kind: 'session_updated' })],
  ['response.created', decodeResponseCreated],
  ['response.done', decodeResponseDone],
  ['response.output_item.done', decodeOutputItem],
  ['conversation.item.added', decodeItemAdded],
  ['response.output_audio_transcript.done', (event) => decodeAgentText(event, 'transcript')],
  ['response.output_text.done', (event) => decodeAgentText(event, 'text')],
  ['output_audio_buffer.started', (event) => withResponse(event, 'playback_started')],
  ['output_audio_buffer.stopped', (event) => withResponse(event, 'playback_stopped')],
  ['output_audio_buffer.cleared', (event) => withResponse(event, 'playback_cleared')],
  ['input_audio_buffer.speech_started', (event) => withItem(event, 'speech_started')],
  ['input_audio_buffer.speech_stopped', (event) => withItem(event, 'speech_stopped')],
  ['input_audio_buffer.committed', (event) => withItem(event, 'turn_committed')],
  ['conversation.item.input_audio_transcription.completed', decodeCallerText],
  ['conversation.item.input_audio_transcription.failed', (event) => withItem(event, 'caller_text_failed')],
  ['input_audio_buffer.dtmf_event_received', decodeKey],
  ['error', decodeError],
]);

function decodeResponseCreated(event: Fields): SidebandEvent | null {
  const response = fieldsOf(event['response']);
  const responseId = idOf(response?.['id']);
  if (response === null || responseId === null) return null;
  return { kind: 'response_created', responseId, key: requestKey(response) };
}

function decodeResponseDone(event: Fields): SidebandEvent | null {
  const response = fieldsOf(event['response']);
  const responseId = idOf(response?.['id']);
  if (response === null || responseId === null) return null;
  const details = fieldsOf(response['status_details']);
  return {
    kind: 'response_done',
    responseId,
    key: requestKey(response),
    status: statusOf(response['status']),
    reason: idOf(details?.['reason']),
    errorCode: idOf(fieldsOf(details?.['error'])?.['code']),
    usage: responseUsage(response['usage']),
  };
}

function decodeOutputItem(event: Fields): SidebandEvent | null {
  const item = fieldsOf(event['item']);
  if (item === null) return null;
  if (item['type'] !== 'function_call') return { kind: 'ignored', type: 'response.output_item.done' };
  const responseId = idOf(event['response_id']);
  const functionCallId = idOf(item['call_id']);
  const name = idOf(item['name']);
  const args = item['arguments'];
  if (responseId === null || functionCallId === null || name === null || typeof args !== 'string')
    return null;
  return {
    kind: 'function_call',
    responseId,
    functionCallId,
    name,
    arguments: args,
    complete: item['status'] === 'completed',
  };
}

function decodeItemAdded(event: Fields): SidebandEvent | null {
  const item = fieldsOf(event['item']);
  if (item?.['type'] === 'message' && item['role'] === 'system')
    return { kind: 'note_added', first: event['previous_item_id'] === null };
  const functionCallId = idOf(item?.['call_id']);
  if (item?.['type'] !== 'function_call_output' || functionCallId === null) {
    return { kind: 'ignored', type: 'conversation.item.added' };
  }
  return { kind: 'output_added', functionCallId };
}

function decodeAgentText(event: Fields, field: 'transcript' | 'text'): SidebandEvent | null {
  const responseId = idOf(event['response_id']);
  const itemId = idOf(event['item_id']);
  const text = event[field];
  if (responseId === null || itemId === null || typeof text !== 'string') return null;
  return { kind: 'agent_text', responseId, itemId, text };
}

function decodeCallerText(event: Fields): SidebandEvent | null {
  const itemId = idOf(event['item_id']);
  const text = event['transcript'];
  if (itemId === null || typeof text !== 'string') return null;
  return { kind: 'caller_text', itemId, text, usage: transcriptionUsage(event['usage']) };
}

function decodeKey(event: Fields): SidebandEvent | null {
  const key = event['event'];
  if (typeof key !== 'string' || !/^[0-9*#A-D]$/.test(key.trim())) return null;
  return { kind: 'key_pressed', key: key.trim() };
}

function decodeError(event: Fields): SidebandEvent | null {
  const error = fieldsOf(event['error']);
  if (error === null) return null;
  return {
    kind: 'error',
    code: idOf(error['code']) ?? idOf(error['type']) ?? 'unknown',
    eventId: idOf(error['event_id']),
  };
}

function withResponse(
  event: Fields,
  kind: 'playback_started' | 'playback_stopped' | 'playback_cleared',
): SidebandEvent | null {
  const responseId = idOf(event['response_id']);
  return responseId === null ? null : { kind, responseId };
}

function withItem(
  event: Fields,
  kind: 'speech_started' | 'speech_stopped' | 'turn_committed' | 'caller_text_failed',
): SidebandEvent | null {
  const itemId = idOf(event['item_id']);
  return itemId === null ? null : { kind, itemId };
}

function requestKey(response: Fields): string | null {
  return idOf(fieldsOf(response['metadata'])?.[REQUEST_KEY]);
}

function statusOf(value: unknown): ResponseStatus {
  if (value === 'completed' || value === 'cancelled' || value === 'incomplete') return value;
  return 'failed';
}

function responseUsage(value: unknown): TokenUsage | null {
  const usage = fieldsOf(value);
  if (usage === null) return null;
  const input = fieldsOf(usage['input_token_details']) ?? {};
  const cached = fieldsOf(input['cached_tokens_details']) ?? {};
  const output = fieldsOf(usage['output_token_details']) ?? {};
  return {
    textIn: countOf(input['text_tokens']),
    textInCached: countOf(cached['text_tokens']),
    audioIn: countOf(input['audio_tokens']),
    audioInCached: countOf(cached['audio_tokens']),
    textOut: countOf(output['text_tokens']),
    audioOut: countOf(output['audio_tokens']),
    seconds: 0,
  };
}

function transcriptionUsage(value: unknown): TokenUsage | null {
  const usage = fieldsOf(value);
  if (usage === null) return null;
  const input = fieldsOf(usage['input_token_details']) ?? {};
  return {
    textIn: countOf(input['text_tokens']),
    textInCached: 0,
    audioIn: countOf(input['audio_tokens']),
    audioInCached: 0,
    textOut: countOf(usage['output_tokens']),
    audioOut: 0,
    seconds: countOf(usage['seconds']),
  };
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID_LENGTH ? value : null;
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}
