import { onClosingPause, onClosingSpeech } from './closing.ts';
import { startTimer, type Draft } from './draft.ts';
import { endTurn, openTurn, pauseTurn } from './floor.ts';
import { onWords } from './keypad.ts';
import { retryResponse } from './responses.ts';
import { isOwed, onSayingInterrupted } from './saying.ts';
import { REPLY_MS, SPEECH_MS } from './timeouts.ts';

/** What the caller says. */

export function onSpeechStarted(draft: Draft, itemId: string): void {
  openTurn(draft);
  draft.state.utterance = itemId;
  onSayingInterrupted(draft);
  if (draft.state.closing !== null) onClosingSpeech(draft, draft.state.closing, itemId);
}

export function onSpeechStopped(draft: Draft): void {
  pauseTurn(draft);
  if (draft.state.closing !== null) onClosingPause(draft, draft.state.closing);
}

export function onTurnCommitted(draft: Draft): void {
  const { state } = draft;
  endTurn(draft);
  state.silence = 0;
  state.callerWaits = true;
  onWords(draft);
  if (state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}

/** The caller's turn does not end. When something waits to be said, it is said now. */
export function onSpeechOverdue(draft: Draft): void {
  const { state } = draft;
  const awaited = state.callerWaits || state.expecting || isOwed(state);
  if (state.callerSpeaking && (state.phase !== 'conversing' || !awaited)) {
    startTimer(draft, 'speech', SPEECH_MS);
    return;
  }
  endTurn(draft);
  if (state.phase !== 'conversing') return;
  if (state.callerWaits) retryResponse(draft);
  else startTimer(draft, 'reply', REPLY_MS);
}
