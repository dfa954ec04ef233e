import { entriesIn } from '../briefing/keypad.ts';
import type { KeypadSpeech } from '../tools/keypad-parts.ts';
import type { ResponsePurpose } from '../realtime/turns.ts';
import type { CallEvent } from './conversation.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { say as haveSaid } from './saying.ts';
import { KEYPAD_MAX_KEYS, KEYPAD_PAUSE_MS, KEYPAD_VOICE_MS, KEYPAD_WAIT_MS } from './timeouts.ts';

/**
 * Keys: they make entries, a desk of the service acts on each, and what it wants said is said word for word. When
 * nothing can be said, the desk settles what was pressed without a voice.
 */

/** How far the talk by keys has come. */
export interface KeypadTalk {
  /** The newest response that reads a change back: keys wait for its end, which they answer. */
  readonly question: string | null;
  /** A further key is waited for. */
  readonly open: boolean;
  /** What was last said for it: said again into silence. */
  readonly last: KeypadSpeech | null;
  /** The model is given up, and keys alone are waited for. */
  readonly waiting: boolean;
}

export const NO_KEYS: KeypadTalk = Object.freeze({
  question: null,
  open: false,
  last: null,
  waiting: false,
});

/** Keys over a goodbye wait for its end: called off, they count; otherwise they are settled with the call. */
export function onKey(draft: Draft, key: string): void {
  const { state } = draft;
  state.keys = (state.keys + key).slice(-KEYPAD_MAX_KEYS);
  if (state.phase === 'closing' || state.phase === 'hanging_up') return;
  state.silence = 0;
  if (state.keypad.waiting) startTimer(draft, 'keypad_wait', KEYPAD_WAIT_MS);
  if (key === '#') keysEntered(draft);
  else startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
}

/** An entry is complete. It waits for the greeting, for a sideband, for a transfer, and for a question to be heard out. */
export function keysEntered(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'closing' || state.phase === 'hanging_up') return;
  const question = state.playing !== null && state.playing === state.keypad.question;
  if (state.phase !== 'conversing' || !state.attached || question) {
    startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
    return;
  }
  const entries = entriesIn(state.keys);
  state.keys = '';
  stopTimer(draft, 'keypad');
  draft.effects.push({ kind: 'keys', entries });
}

/** The desk has acted on an entry, or settled without one. */
export function onKeysAnswered(draft: Draft, event: CallEvent & { kind: 'keys_answered' }): void {
  const { state } = draft;
  const { say, reply, open } = event;
  const talk = { ...state.keypad, open, last: open ? state.keypad.last : null };
  if (state.phase !== 'conversing' || (say === null && !reply)) {
    state.keypad = talk;
    return;
  }
  state.keypad = { ...talk, last: open ? say : null };
  if (say === null) leaveToModel(draft);
  else haveSaid(draft, say.purpose, say.sentence);
  if (open) startTimer(draft, 'keypad_voice', KEYPAD_VOICE_MS);
  else stopTimer(draft, 'keypad_voice');
}

/** The model answers the entry. What the desk wanted said of an older one is out of date. */
function leaveToModel(draft: Draft): void {
  const { saying } = draft.state;
  if (saying !== null && saying.request.outputs.length === 0) draft.state.saying = null;
  respond(draft, 'reply', null);
}

/** A response begins: it may read a change back. */
export function onQuestionCreated(draft: Draft, responseId: string, purpose: ResponsePurpose | null): void {
  if (purpose === 'read_back') draft.state.keypad = { ...draft.state.keypad, question: responseId };
}

/** Something begins to be heard: there is a voice. */
export function onVoice(draft: Draft): void {
  const { state } = draft;
  const { keypad } = state;
  if (keypad.waiting) {
    // Whatever the caller waited for: somebody is there again, and silence counts from the end of it.
    stopTimer(draft, 'keypad_wait');
    state.callerWaits = false;
  }
  if (state.saying === null && keypad.open) stopTimer(draft, 'keypad_voice');
  state.keypad = { ...keypad, waiting: false };
}

/** The answer to keys has not begun to be heard in time. Whatever else is being heard comes first, the caller too. */
export function onVoiceMissing(draft: Draft): void {
  const { state } = draft;
  if (state.playing !== null || state.turnOpen) {
    startTimer(draft, 'keypad_voice', KEYPAD_VOICE_MS);
    return;
  }
  // What is being generated would come too late, and stands in the way of what is said next.
  if (state.generating !== null) draft.effects.push({ kind: 'cancel_response' });
  if (state.generating !== null && state.saying?.responseId === state.generating) state.saying = null;
  settleWithoutVoice(draft);
}

/** The model is given up, but not the caller: further keys need no model. */
export function waitForKeys(draft: Draft): void {
  const { state } = draft;
  state.callerWaits = true;
  stopTimer(draft, 'reply');
  stopTimer(draft, 'retry');
  stopTimer(draft, 'keypad_voice');
  startTimer(draft, 'keypad_wait', KEYPAD_WAIT_MS);
  state.saying = null;
  state.keypad = { ...state.keypad, waiting: true };
  settleWithoutVoice(draft);
}

/** No more keys came. */
export function onWaitOver(draft: Draft): void {
  hangUp(draft, { reason: 'model_unresponsive', party: 'openai', detail: 'keypad_without_voice' });
}

/** The caller has spoken: whatever the keys had come to is not said again by itself. What was kept back has its time. */
export function onWords(draft: Draft): void {
  const { keypad, saying } = draft.state;
  draft.state.keypad = { ...keypad, last: null };
  if (saying !== null && keypad.open) startTimer(draft, 'keypad_voice', KEYPAD_VOICE_MS);
}

function settleWithoutVoice(draft: Draft): void {
  draft.effects.push({ kind: 'alarm', code: 'keypad_without_voice' }, { kind: 'settle_keys' });
}
