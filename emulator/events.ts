import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { Random } from '../src/lib/random.ts';

/** A server event before it has its `event_id`. */
export type EventBody = RealtimeServerEvent extends infer E
  ? E extends { event_id: string }
    ? Omit<E, 'event_id'>
    : E
  : never;

/** Sends an event to everybody who listens to the session. */
export type Emit = (event: EventBody) => void;

type WithNulls<T> = { [K in keyof T]: T[K] | null };

/**
 * The published examples carry null in fields that the types only call optional. Every field is still checked
 * against its type; only null is let through.
 */
export function asPublished<T extends object>(value: WithNulls<T>): T {
  return value as T;
}

/** Adds the `event_id`. Key presses are the one event that comes without. */
export function withEventId(event: EventBody, random: Random): RealtimeServerEvent {
  if (event.type === 'input_audio_buffer.dtmf_event_received') return event;
  return { event_id: newId('event', random), ...event };
}

export type IdPrefix = 'event' | 'item' | 'resp' | 'call' | 'conv' | 'sess' | 'req' | 'wh' | 'evt' | 'rtc_u0';

/** An identifier in the API's style: a prefix and 20 hex digits. */
export function newId(prefix: IdPrefix, random: Random): string {
  return `${prefix}_${random.hex(10)}`;
}
