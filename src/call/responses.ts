import type { CallEvent } from './conversation.ts';
import { closingHeard, closingPlays, onClosingCreated, onClosingDone } from './closing.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { onSpeechCreated, onVoice, waitForKeys } from './keypad.ts';
import { onGreetingCreated, onGreetingDone, onGreetingHeard, onGreetingPlays } from './greeting.ts';
import { MAX_STALLS, PLAYBACK_MS, REPLY_MS, RETRY_MS, SPEAK_MS } from './timeouts.ts';
import { onOrderCreated, settleOrder } from './orders.ts';
import { transferNow } from './transfer.ts';

/** What the agent says: from the response that is created to the last syllable that is heard. */

export function onResponseCreated(draft: Draft, event: CallEvent & { kind: 'response_created' }): void {
  const { state } = draft;
  state.expecting = false;
  state.callerWaits = false;
  state.lostResponse = false;
  state.generating = event.responseId;
  stopTimer(draft, 'reply');
  stopTimer(draft, 'retry');
  onSpeechCreated(draft, event.responseId, event.purpose);
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
  if (!completed) settleOrder(draft, event.responseId, event.status === 'failed' ? 'failed' : 'cut');
  if (completed) state.stalls = 0;
  if (state.phase === 'greeting' && state.greetingId === event.responseId) {
    onGreetingDone(draft, completed);
  } else if (state.closing !== null && state.closing.responseId === event.responseId) {
    onClosingDone(draft, state.closing, completed);
  } else if (event.status === 'failed' && state.phase === 'conversing') {
    stalled(draft, 'response_failed');
  } else if (event.status === 'failed' && state.transfer?.stage === 'announcing') {
    transferNow(draft);
  }
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
  state.playing = responseId;
  stopTimer(draft, 'speak');
  startTimer(draft, 'playback', PLAYBACK_MS);
  onVoice(draft, responseId);
  if (state.phase === 'greeting' && responseId === state.greetingId) onGreetingPlays(draft);
  else if (state.closing?.stage === 'asked' && state.closing.responseId === responseId) {
    closingPlays(draft, state.closing);
  }
}

export function onPlaybackOver(draft: Draft, responseId: string, whole: boolean): void {
  const { state } = draft;
  state.heard = responseId;
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
  const { say } = draft.state.keypad;
  if (say === null) respond(draft, 'reply', null);
  else respond(draft, say.purpose, say.sentence);
}

/** What was asked for, or what the caller said, has not been answered. A running response comes first. */
export function onReplyMissing(draft: Draft): void {
  const { state } = draft;
  if (state.attached && state.lostResponse) {
    onLostResponse(draft);
    return;
  }
  if (!state.attached || (!state.callerWaits && !state.expecting)) return;
  if (state.generating === null) stalled(draft, 'no_response');
  else startTimer(draft, 'reply', REPLY_MS);
}

/** Nobody has said anything since the sideband was lost: the model is asked to go on from what it knows. */
function onLostResponse(draft: Draft): void {
  if (draft.state.playing !== null || draft.state.callerSpeaking) {
    startTimer(draft, 'reply', REPLY_MS);
    return;
  }
  draft.state.lostResponse = false;
  respond(draft, 'reply', null);
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
