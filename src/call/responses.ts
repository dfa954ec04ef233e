import type { CallEvent } from './conversation.ts';
import { closingHeard, closingPlays, onClosingCreated, onClosingDone } from './closing.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { onTurnAnswered } from './floor.ts';
import { onQuestionCreated, onVoice, waitForKeys } from './keypad.ts';
import { onGreetingCreated, onGreetingDone, onGreetingHeard, onGreetingPlays } from './greeting.ts';
import { isOwed, onSayingCreated, onSayingCut, onSayingHeard, sayAgain, takeBack } from './saying.ts';
import { MAX_STALLS, PLAYBACK_MS, REPLY_MS, RETRY_MS, SPEAK_MS } from './timeouts.ts';
import { onOrderCreated, settleOrder } from './orders.ts';
import { transferNow } from './transfer.ts';

/** What the agent says: from the response that is created to the last syllable that is heard. */

export function onResponseCreated(draft: Draft, event: CallEvent & { kind: 'response_created' }): void {
  const { state } = draft;
  if (event.purpose === null) onTurnAnswered(draft);
  state.expecting = false;
  state.callerWaits = false;
  state.lostResponse = false;
  state.generating = event.responseId;
  stopTimer(draft, 'reply');
  stopTimer(draft, 'retry');
  onQuestionCreated(draft, event.responseId, event.purpose);
  onSayingCreated(draft, event.responseId, event.purpose);
  if (event.purpose === 'operator') onOrderCreated(draft, event.responseId);
  if (event.purpose === 'greeting' && state.phase === 'greeting') onGreetingCreated(draft, event.responseId);
  else if (event.purpose === 'closing' && state.closing !== null) {
    onClosingCreated(draft, state.closing, event.responseId);
  } else if (event.purpose === 'transfer_announce' && state.transfer !== null) {
    state.transfer = { ...state.transfer, responseId: event.responseId };
  } else if (state.phase === 'conversing' || state.phase === 'transferring') {
    startTimer(draft, 'speak', SPEAK_MS);
  }
}

export function onResponseDone(draft: Draft, event: CallEvent & { kind: 'response_done' }): void {
  const { state } = draft;
  if (state.generating === event.responseId) state.generating = null;
  stopTimer(draft, 'speak');
  const completed = event.status === 'completed';
  const failed = hasFailed(draft, event);
  if (!completed) settleOrder(draft, event.responseId, event.status === 'failed' ? 'failed' : 'cut');
  if (completed) state.stalls = 0;
  if (state.phase === 'greeting' && state.greetingId === event.responseId) {
    onGreetingDone(draft, completed);
  } else if (state.closing !== null && state.closing.responseId === event.responseId) {
    onClosingDone(draft, state.closing, completed);
  } else if (failed && state.phase === 'conversing') {
    if (event.status === 'failed') stalled(draft, 'response_failed');
    else stalled(draft, 'response_incomplete');
  } else if (failed && state.transfer?.stage === 'announcing') {
    transferNow(draft);
  } else if (completed && state.callerWaits && state.phase === 'conversing') {
    // The caller's turn ended while it was being made: turn detection was refused, and this one does not know of it.
    respond(draft, 'reply', null);
  } else if (event.status === 'cancelled') {
    onSayingCut(draft, event.responseId);
  }
}

/** Whether nothing came of a response: it failed, or ended before its first syllable and without a function call. */
function hasFailed(draft: Draft, { responseId, status }: CallEvent & { kind: 'response_done' }): boolean {
  const { playing, heard, openTools } = draft.state;
  const silent = playing === null && heard !== responseId && openTools === 0;
  return status === 'failed' || (status === 'incomplete' && silent);
}

export function onResponseRefused(draft: Draft, event: CallEvent & { kind: 'response_refused' }): void {
  const { state } = draft;
  state.expecting = false;
  draft.effects.push({ kind: 'alarm', code: 'response_refused' });
  if (event.purpose === 'greeting' && state.phase === 'greeting') onGreetingDone(draft, false);
  else if (event.purpose === 'closing' && state.closing !== null) onClosingDone(draft, state.closing, false);
  else if (state.phase === 'conversing') stalled(draft, 'response_refused');
  if (event.purpose === 'operator') settleOrder(draft, null, 'failed');
}

export function onPlaybackStarted(draft: Draft, responseId: string): void {
  const { state } = draft;
  onTurnAnswered(draft);
  state.playing = responseId;
  stopTimer(draft, 'speak');
  startTimer(draft, 'playback', PLAYBACK_MS);
  onSayingHeard(draft, responseId);
  onVoice(draft);
  if (state.phase === 'greeting' && responseId === state.greetingId) onGreetingPlays(draft);
  else if (state.closing?.stage === 'asked' && state.closing.responseId === responseId) {
    closingPlays(draft, state.closing);
  }
}

export function onPlaybackOver(draft: Draft, responseId: string, whole: boolean): void {
  const { state } = draft;
  state.heard = responseId;
  if (whole) onSayingHeard(draft, responseId);
  settleOrder(draft, responseId, whole ? 'said' : 'cut');
  if (state.playing === responseId) {
    state.playing = null;
    stopTimer(draft, 'playback');
  }
  if (state.phase === 'greeting' && responseId === state.greetingId) {
    onGreetingHeard(draft, whole);
  } else if (state.closing !== null && state.closing.responseId === responseId) {
    if (state.closing.stage === 'asked' || state.closing.stage === 'playing')
      closingHeard(draft, state.closing);
  } else if (state.transfer?.stage === 'announcing' && state.transfer.responseId === responseId) {
    transferNow(draft);
  }
}

/** The model did not answer: ask again after a pause, and give up after a few times. */
export function stalled(draft: Draft, code: string): void {
  const { state } = draft;
  state.stalls += 1;
  state.expecting = false;
  takeBack(draft);
  settleOrder(draft, null, 'failed');
  draft.effects.push({ kind: 'alarm', code });
  if (state.stalls >= MAX_STALLS) {
    if (state.keypad.open) return waitForKeys(draft);
    hangUp(draft, { reason: 'model_unresponsive', party: 'openai', detail: code });
    return;
  }
  state.callerWaits = true;
  startTimer(draft, 'retry', RETRY_MS * 2 ** (state.stalls - 1));
}

/** The pause after a failure is over: ask again. */
export function retryResponse(draft: Draft): void {
  if (!sayAgain(draft)) respond(draft, 'reply', null);
}

/** What was asked for, or what the caller said, has not been answered. A running response comes first. */
export function onReplyMissing(draft: Draft): void {
  const { state } = draft;
  // It runs anew from the next sideband, and from the end of the caller's turn.
  if (!state.attached || state.turnOpen) return;
  if (state.lostResponse) return onLostResponse(draft);
  // What waits for a function call is said when that is answered.
  const owed = isOwed(state) && state.openTools === 0;
  if (!state.callerWaits && !state.expecting && !owed) return;
  if (state.generating === null) stalled(draft, 'no_response');
  else startTimer(draft, 'reply', REPLY_MS);
}

/** Nobody has said anything since the sideband was lost: the model is asked to go on from what it knows. */
function onLostResponse(draft: Draft): void {
  if (draft.state.playing !== null) {
    startTimer(draft, 'reply', REPLY_MS);
    return;
  }
  draft.state.lostResponse = false;
  retryResponse(draft);
}

/** A response neither speaks nor ends. */
export function onResponseStuck(draft: Draft): void {
  const { state } = draft;
  if (state.generating === null) return;
  if (state.playing !== null) {
    startTimer(draft, 'speak', SPEAK_MS);
    return;
  }
  draft.effects.push({ kind: 'cancel_response' });
  if (state.phase === 'conversing') stalled(draft, 'response_stuck');
}
