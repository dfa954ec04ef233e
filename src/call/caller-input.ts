import { onClosingPause, onClosingSpeech } from './closing.ts';
import { respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { KEYPAD_MAX_KEYS, KEYPAD_PAUSE_MS, REPLY_MS } from './timeouts.ts';

/** What the caller says and presses. */

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
  if (state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}

export function onKey(draft: Draft, key: string): void {
  const { state } = draft;
  if (state.phase === 'closing' || state.phase === 'hanging_up') return;
  state.silence = 0;
  state.keys = (state.keys + key).slice(-KEYPAD_MAX_KEYS);
  if (key === '#') keysEntered(draft);
  else startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
}

export function keysEntered(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'greeting' || !state.attached) {
    startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
    return;
  }
  const { keys } = state;
  state.keys = '';
  stopTimer(draft, 'keypad');
  draft.effects.push({ kind: 'tell', text: `[キー入力] ${keys}` });
  respond(draft, 'reply', null);
}
