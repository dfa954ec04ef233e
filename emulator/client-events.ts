import type { ConversationItem } from 'openai/resources/realtime/realtime';
import { ApiError, bufferEmpty, invalidValue, missingParameter } from './errors.ts';
import { checkClientEvent, type ClientEventType, isClientEvent } from './event-schema.ts';
import type { RealtimeSession } from './realtime-session.ts';
import { isObject } from './schema.ts';
import { checkResponseRequest, checkSession } from './session-schema.ts';

type Json = Record<string, unknown>;
type Handler = (session: RealtimeSession, event: Json) => void;

/** Each is called with an event whose frame has passed its check. */
const HANDLERS: Readonly<Record<ClientEventType, Handler>> = {
  'session.update': (session, event) => {
    const change = event['session'];
    refuse(checkSession(change));
    refuse(session.config.update(change as Json, session.responder.spoken));
    session.emit({ type: 'session.updated', session: session.config.wire });
  },
  'response.create': (session, event) => {
    const request = event['response'] ?? {};
    refuse(checkResponseRequest(request));
    session.voice?.agentSpeaks();
    session.responder.create(request as Json);
  },
  'response.cancel': (session, event) => {
    session.responder.cancel('client_cancelled', (event['response_id'] as string | undefined) ?? null);
  },
  'conversation.item.create': (session, event) => {
    session.conversation.create(
      event['item'] as ConversationItem,
      event['previous_item_id'] as string | null,
    );
  },
  'conversation.item.delete': (session, event) => session.conversation.delete(event['item_id'] as string),
  'conversation.item.retrieve': (session, event) => session.conversation.retrieve(event['item_id'] as string),
  'conversation.item.truncate': (session, event) => truncate(session, event),
  'output_audio_buffer.clear': (session) => clearPlayback(session),
  'input_audio_buffer.clear': (session) => {
    if (session.voice === null) session.emit({ type: 'input_audio_buffer.cleared' });
    else session.voice.clear();
  },
  'input_audio_buffer.commit': (session) => {
    if (session.voice === null) throw bufferEmpty();
    session.voice.commit();
  },
  // The telephone is the only source of audio here: what a client appends is dropped, without an answer.
  'input_audio_buffer.append': () => {},
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
  if (isClientEvent(type)) {
    refuse(checkClientEvent(type, event));
    return HANDLERS[type];
  }
  const supported = Object.keys(HANDLERS)
    .map((each) => `'${each}'`)
    .join(', ');
  const message = `Invalid value: '${type}'. Supported values are: ${supported}.`;
  throw new ApiError(400, 'invalid_event', message, { param: 'type' });
}

function truncate(session: RealtimeSession, event: Json): void {
  const itemId = event['item_id'] as string;
  const end = event['audio_end_ms'] as number;
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

function refuse(refusal: ApiError | null): void {
  if (refusal !== null) throw refusal;
}
