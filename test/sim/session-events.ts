import { REQUEST_KEY } from '../../src/realtime/events.ts';
import type { Chance } from './chance.ts';

/** What the service sends on a sideband, as far as the model of OpenAI's side acts on it. */
export type ClientEvent =
  | {
      readonly type: 'response.create';
      readonly eventId: string | null;
      readonly metadata: Readonly<Record<string, string>>;
      /** Whether a sentence is to be said word for word. */
      readonly said: boolean;
    }
  | { readonly type: 'response.cancel' }
  | { readonly type: 'session.update'; readonly answers: boolean }
  | {
      readonly type: 'conversation.item.create';
      readonly eventId: string | null;
      readonly itemId: string | null;
      readonly functionCallId: string | null;
      readonly output: string;
    };

interface RawEvent {
  readonly type: ClientEvent['type'];
  readonly event_id?: string;
  readonly response?: { readonly metadata?: Record<string, string>; readonly instructions?: string };
  readonly session?: { readonly audio?: { readonly input?: { readonly turn_detection?: Detection } } };
  readonly item?: {
    readonly type: string;
    readonly id?: string;
    readonly call_id?: string;
    readonly output?: string;
  };
}

interface Detection {
  readonly create_response?: boolean;
}

/** Reads an event of ours; one that is unknown is a bug of ours. */
export function clientEvent(text: string): ClientEvent {
  const raw = JSON.parse(text) as RawEvent;
  const eventId = raw.event_id ?? null;
  switch (raw.type) {
    case 'response.create':
      return {
        type: raw.type,
        eventId,
        metadata: raw.response?.metadata ?? {},
        said: raw.response?.instructions !== undefined,
      };
    case 'response.cancel':
      return { type: raw.type };
    case 'session.update':
      return { type: raw.type, answers: raw.session?.audio?.input?.turn_detection?.create_response === true };
    case 'conversation.item.create': {
      const output = raw.item?.type === 'function_call_output';
      return {
        type: raw.type,
        eventId,
        itemId: raw.item?.id ?? null,
        functionCallId: output ? (raw.item?.call_id ?? null) : null,
        output: raw.item?.output ?? '',
      };
    }
  }
}

/** In one word, for the trace and for whoever asks what was done. */
export function actOf(text: string): string {
  const event = clientEvent(text);
  if (event.type === 'response.create')
    return `${event.metadata['purpose'] ?? '?'} ${event.metadata[REQUEST_KEY] ?? ''}`;
  if (event.type === 'conversation.item.create') return `item ${event.functionCallId ?? event.eventId ?? ''}`;
  return event.type;
}

/** Arguments as the model gives them: now and then the same message again, or something that fits no schema. */
export function argumentsFor(name: string, id: number, chance: Chance): string {
  if (chance.happens(0.03)) return '{"broken"';
  switch (name) {
    case 'take_message':
      return JSON.stringify({ caller_name: 'ヤマダ', body: `折り返し${chance.happens(0.3) ? 0 : id}` });
    case 'notify':
      return JSON.stringify({ subject: `s${chance.happens(0.3) ? 0 : id}` });
    case 'end_call':
      return JSON.stringify({ outcome: 'other' });
    case 'transfer_to_human':
      return JSON.stringify({ target: 'desk' });
    default:
      return '{}';
  }
}
