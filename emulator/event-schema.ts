import type {
  ConversationItemCreateEvent,
  ConversationItemDeleteEvent,
  ConversationItemTruncateEvent,
  InputAudioBufferAppendEvent,
  RealtimeClientEvent,
  RealtimeConversationItemFunctionCall,
  RealtimeConversationItemFunctionCallOutput,
  RealtimeConversationItemUserMessage,
  ResponseCancelEvent,
  ResponseCreateEvent,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime';
import type { ApiError } from './errors.ts';
import * as s from './schema.ts';

/** The client events that a session takes. */
export type ClientEventType = RealtimeClientEvent['type'];

const common = { type: s.text, event_id: s.text };
const bare = s.object<'type' | 'event_id'>(common);
const ofItem = s.object<keyof ConversationItemDeleteEvent>({ ...common, item_id: s.text }, ['item_id']);

const itemStatus = s.oneOf('completed', 'incomplete', 'in_progress');
const itemCommon = { id: s.text, object: s.oneOf('realtime.item'), type: s.text, status: itemStatus };

const content = s.object<keyof RealtimeConversationItemUserMessage.Content>({
  type: s.oneOf('input_text', 'input_audio', 'input_image', 'output_text', 'output_audio'),
  text: s.text,
  transcript: s.nullable(s.text),
  audio: s.nullable(s.text),
  image_url: s.text,
  detail: s.oneOf('auto', 'low', 'high'),
});

const item = s.tagged({
  message: s.object<keyof RealtimeConversationItemUserMessage>(
    { ...itemCommon, role: s.oneOf('system', 'user', 'assistant'), content: s.list(content) },
    ['role', 'content'],
  ),
  function_call: s.object<keyof RealtimeConversationItemFunctionCall>(
    { ...itemCommon, call_id: s.text, name: s.text, arguments: s.text },
    ['name', 'arguments'],
  ),
  function_call_output: s.object<keyof RealtimeConversationItemFunctionCallOutput>(
    { ...itemCommon, call_id: s.text, output: s.text },
    ['call_id', 'output'],
  ),
});

/** The insides of `session` and `response` are described where they are used. */
const EVENTS: Readonly<Record<ClientEventType, s.ObjectSpec>> = {
  'session.update': s.object<keyof SessionUpdateEvent>({ ...common, session: s.anything }, ['session']),
  'response.create': s.object<keyof ResponseCreateEvent>({ ...common, response: s.anything }),
  'response.cancel': s.object<keyof ResponseCancelEvent>({ ...common, response_id: s.text }),
  'conversation.item.create': s.object<keyof ConversationItemCreateEvent>(
    { ...common, item, previous_item_id: s.nullable(s.text) },
    ['item'],
  ),
  'conversation.item.delete': ofItem,
  'conversation.item.retrieve': ofItem,
  'conversation.item.truncate': s.object<keyof ConversationItemTruncateEvent>(
    { ...common, item_id: s.text, content_index: s.integer(0, 0), audio_end_ms: s.integer(0, 3_600_000) },
    ['item_id', 'content_index', 'audio_end_ms'],
  ),
  'input_audio_buffer.append': s.object<keyof InputAudioBufferAppendEvent>({ ...common, audio: s.text }, [
    'audio',
  ]),
  'input_audio_buffer.clear': bare,
  'input_audio_buffer.commit': bare,
  'output_audio_buffer.clear': bare,
};

/** Whether the API knows this client event. */
export function isClientEvent(type: string): type is ClientEventType {
  return Object.hasOwn(EVENTS, type);
}

/**
 * Checks the frame of a client event of a known type.
 *
 * @returns the first refusal, or null
 */
export function checkClientEvent(type: ClientEventType, event: Record<string, unknown>): ApiError | null {
  return s.check(EVENTS[type], event, '');
}

/** Checks an item that stands in `response.input`. Returns the first refusal, or null. */
export function checkItem(value: unknown, path: string): ApiError | null {
  return s.check(item, value, path);
}
