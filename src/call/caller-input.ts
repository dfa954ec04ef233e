import { onClosingPause, onClosingSpeech } from './closing.ts';
import { startTimer, type Draft } from './draft.ts';
import { onWords } from './keypad.ts';
import { REPLY_MS } from './timeouts.ts';

/** What the caller says. */

export function onSpeechStarted(draft: Draft, itemId: string): void {
  draft.state.callerSpeaking = true;
  draft.state.utterance = itemId;
  if (draft.state.closing !== null) onClosingSpeech(draft, draft.state.closing, itemId);
}

export function onSpeechStopped(draft: Draft): void {
  draft.state.callerSpeaking = false;
  if (draft.state.closing !== null) onClosingPause(draft, draft.state.closing);
}

export function onTurnCommitted(draft: Draft): void {
  const { state } = draft;
  state.callerSpeaking = false;
  state.silence = 0;
  state.callerWaits = true;
  onWords(draft);
  if (state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}
