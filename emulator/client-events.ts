import { ApiError, invalidValue, missingParameter } from './errors.ts';
import type { RealtimeSession } from './realtime-session.ts';
import { isObject } from './schema.ts';
import { checkResponseRequest, checkSession } from './session-schema.ts';

type Json = Record<string, unknown>;
type Handler = (session: RealtimeSession, event: Json) => void;

const HANDLERS: Readonly<Record<string, Handler>> = {
  'session.update': (session, event) => {
    const change = event['session'];
    refuse(checkSession(change));
    if (!isObject(change)) throw missingParameter('session');
    refuse(session.config.update(change, session.responder.spoken));
    session.emit({ type: 'session.updated', session: session.config.wire });
  },
  'response.create': (session, event) => {
    const request = event['response'] ?? {};
    refuse(checkResponseRequest(request));
    session.voice?.agentSpeaks();
    session.responder.create(request as Json);
  },
  'response.cancel': (session, event) => {
    session.responder.cancel('client_cancelled', optionalText(event, 'response_id'));
  },
  'conversation.item.create': (session, event) => {
    session.conversation.create(event['item'], event['previous_item_id']);
  },
  'conversation.item.delete': (session, event) => session.conversation.delete(needText(event, 'item_id')),
  'conversation.item.retrieve': (session, event) => session.conversation.retrieve(needText(event, 'item_id')),
  'conversation.item.truncate': (session, event) => truncate(session, event),
  'output_audio_buffer.clear': (session) => clearPlayback(session),
  'input_audio_buffer.clear': (session) => {
    if (session.voice === null) session.emit({ type: 'input_audio_buffer.cleared' });
    else session.voice.clear();
  },
  'input_audio_buffer.commit': (session) => {
    if (session.voice === null) throw noAudio();
    session.voice.commit();
  },
  // The telephone is the only source of audio here: what a client appends is dropped, without an answer.
  'input_audio_buffer.append': (_session, event) => void needText(event, 'audio'),
};

/**
 * Does what one message of a client asks for.
 *
 * @returns the refusal and the client's `event_id`, or null
 */
export function handleClientMessage(
  session: RealtimeSession,
  message: string,
): { readonly error: ApiError; readonly eventId: string | null } | null {
  const event = parse(message);
  if (event instanceof ApiError) return { error: event, eventId: null };
  const eventId = typeof event['event_id'] === 'string' ? event['event_id'] : null;
  try {
    handlerOf(event)(session, event);
    return null;
  } catch (error) {
    if (error instanceof ApiError) return { error, eventId };
    throw error;
  }
}

/** The message as an event, or null when it is none. */
export function readEvent(message: string): Json | null {
  const event = parse(message);
  return event instanceof ApiError ? null : event;
}

function parse(message: string): Json | ApiError {
  try {
    const event: unknown = JSON.parse(message);
    if (isObject(event)) return event;
  } catch {
    // Falls through: text that is no JSON is refused like JSON that is no event.
  }
  return new ApiError(400, 'invalid_json', 'We could not parse the JSON body of your event.');
}

function handlerOf(event: Json): Handler {
  const type = event['type'];
  if (typeof type !== 'string') throw missingParameter('type');
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (handler !== undefined) return handler;
  const supported = Object.keys(HANDLERS)
    .map((each) => `'${each}'`)
    .join(', ');
  throw new ApiError(400, 'invalid_event', `Invalid value: '${type}'. Supported values are: ${supported}.`, {
    param: 'type',
  });
}

function truncate(session: RealtimeSession, event: Json): void {
  const itemId = needText(event, 'item_id');
  const end = event['audio_end_ms'];
  if (typeof end !== 'number' || !Number.isInteger(end) || end < 0) {
    throw invalidValue('audio_end_ms', "Invalid value for 'audio_end_ms': expected a non-negative integer.");
  }
  const entry = session.conversation.find(itemId);
  if (entry === undefined || entry.speaker !== 'agent') {
    throw invalidValue('item_id', 'Only assistant message items can be truncated.');
  }
  if (end > entry.audioMs) {
    throw invalidValue(
      'audio_end_ms',
      `Audio content of ${entry.audioMs}ms is already shorter than ${end}ms`,
    );
  }
  const share = entry.audioMs === 0 ? 0 : end / entry.audioMs;
  const words = Array.from(entry.words);
  session.conversation.truncate(itemId, end, words.slice(0, Math.floor(words.length * share)).join(''));
}

/** Stops the voice and what is still generated for it. With nothing to stop there is no answer. */
function clearPlayback(session: RealtimeSession): void {
  if (session.playout === null || session.voice === null) return;
  const cut = session.playout.cut();
  if (cut.some((each) => each.responseId === session.responder.activeId)) {
    session.responder.cancel('client_cancelled', null);
  }
  for (const each of cut) session.voice.forget(each.items);
}

function noAudio(): ApiError {
  return new ApiError(
    400,
    'input_audio_buffer_commit_empty',
    'Error committing input audio buffer: the buffer is empty.',
  );
}

function refuse(refusal: ApiError | null): void {
  if (refusal !== null) throw refusal;
}

function needText(event: Json, key: string): string {
  const value = event[key];
  if (typeof value !== 'string') throw missingParameter(key);
  return value;
}

function optionalText(event: Json, key: string): string | null {
  return event[key] === undefined ? null : needText(event, key);
}
