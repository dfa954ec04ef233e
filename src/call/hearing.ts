import type { Log } from '../lib/log.ts';
import type { SidebandEvent } from '../realtime/events.ts';
import type { CallEvent } from './conversation.ts';
import type { FunctionDesk } from './function-desk.ts';
import { conversationEvent } from './session-events.ts';
import type { TurnDriver } from './turn-driver.ts';

/** Whom an event of the sideband may concern. */
export interface HearingParts {
  readonly callId: string;
  readonly log: Log;
  readonly turns: TurnDriver;
  readonly desk: FunctionDesk;
  dispatch(event: CallEvent): void;
}

/** Passes an event on to those whom it concerns: turns and functions learn of it before the conversation does. */
export function passOn(parts: HearingParts, event: SidebandEvent): void {
  const { turns, desk } = parts;
  if (event.kind === 'response_created') {
    const purpose = turns.created(event.responseId, event.key);
    parts.dispatch({ kind: 'response_created', responseId: event.responseId, purpose });
  } else if (event.kind === 'response_done') onResponseDone(parts, event);
  else if (event.kind === 'function_call' && event.complete) desk.take(event);
  else if (event.kind === 'output_added') {
    turns.outputAdded(event.functionCallId);
    desk.delivered(event.functionCallId);
  } else if (event.kind === 'error') onError(parts, event.code, event.eventId);
  else {
    const told = conversationEvent(event);
    if (told !== null) parts.dispatch(told);
  }
}

function onResponseDone(parts: HearingParts, event: SidebandEvent & { kind: 'response_done' }): void {
  const { responseId, status, reason } = event;
  parts.log.info(
    { call_id: parts.callId, response_id: responseId, status, reason },
    'Assistant response done.',
  );
  parts.turns.done(responseId, status === 'completed');
  parts.dispatch({ kind: 'response_done', responseId, status });
  parts.desk.responseDone(responseId);
}

function onError(parts: HearingParts, code: string, eventId: string | null): void {
  if (code === 'session_expired') {
    parts.dispatch({ kind: 'abort', reason: 'session_expired', party: 'openai', detail: code });
    return;
  }
  parts.log.warn({ call_id: parts.callId, code, event: eventId }, 'Realtime API reported an error');
  parts.turns.failed(eventId, code);
}
