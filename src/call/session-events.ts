import type { SidebandEvent } from '../realtime/events.ts';
import type { CallEvent, Conversation } from './conversation.ts';

/** What the conversation is told of an event as it came; null: the event is for others, or for nobody. */
export function conversationEvent(event: SidebandEvent): CallEvent | null {
  switch (event.kind) {
    case 'session_updated':
    case 'note_added':
    case 'playback_started':
    case 'playback_stopped':
    case 'playback_cleared':
    case 'speech_started':
    case 'speech_stopped':
    case 'turn_committed':
    case 'caller_text':
    case 'key_pressed':
      return event;
    case 'response_created':
    case 'response_done':
    case 'function_call':
    case 'output_added':
    case 'error':
    case 'delta':
    case 'agent_text':
    case 'caller_text_failed':
    case 'ignored':
    case 'malformed':
    case 'session_created':
      return null;
  }
}

/** Whether nothing is half said or half done, by either side. What is only being heard goes on without us. */
export function isResting(state: Conversation): boolean {
  return (
    state.phase === 'conversing' &&
    state.generating === null &&
    !state.expecting &&
    state.openTools === 0 &&
    !state.turnOpen &&
    !state.callerWaits &&
    state.keys === ''
  );
}
