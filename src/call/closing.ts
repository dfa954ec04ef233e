import type { Closing, Ending } from './conversation.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import {
  CLOSING_GRACE_MS,
  CLOSING_PLAY_MS,
  CLOSING_SPEECH_MS,
  CLOSING_START_MS,
  CLOSING_WORDS_MS,
  KEYPAD_PAUSE_MS,
  RESUMED_CLOSING_MS,
} from './timeouts.ts';

/**
 * The goodbye: asked for, heard to its end, a moment of grace, then the hang-up. A caller who goes on talking
 * calls it off once; a caller who says goodbye too does not.
 */

/**
 * @param say the goodbye, or null when response `spokenIn` has said it
 */
export function beginClosing(
  draft: Draft,
  ending: Ending,
  say: string | null,
  options: { cancellable: boolean; spokenIn?: string },
): void {
  const { state } = draft;
  const cancellable = options.cancellable && !state.calledOff;
  state.phase = 'closing';
  state.transfer = null;
  state.saying = null;
  draft.effects.push({ kind: 'ending' }, { kind: 'listen', mode: 'closing' });
  const closing: Closing = {
    ...ending,
    say,
    responseId: options.spokenIn ?? null,
    stage: 'asked',
    tries: 1,
    cancellable,
    callerSpoke: state.callerSpeaking,
    callerWords: '',
    unheard: state.callerSpeaking && state.utterance !== null ? [state.utterance] : [],
  };
  state.closing = closing;
  if (say !== null) {
    respond(draft, 'closing', say);
    startTimer(draft, 'closing', CLOSING_START_MS);
  } else if (state.playing === closing.responseId) {
    closingPlays(draft, closing);
  } else if (state.heard === closing.responseId) {
    closingHeard(draft, closing);
  } else {
    startTimer(draft, 'closing', CLOSING_START_MS);
  }
}

export function onClosingCreated(draft: Draft, closing: Closing, responseId: string): void {
  draft.state.closing = { ...closing, responseId };
}

export function onClosingDone(draft: Draft, closing: Closing, completed: boolean): void {
  if (closing.stage !== 'asked' || completed) return;
  if (closing.tries > 1) {
    hangUp(draft, closing);
    return;
  }
  draft.state.closing = { ...closing, tries: closing.tries + 1, responseId: null };
  respond(draft, 'closing', closing.say ?? draft.rules.phrases.farewell);
  startTimer(draft, 'closing', CLOSING_START_MS);
}

export function closingPlays(draft: Draft, closing: Closing): void {
  draft.state.closing = { ...closing, stage: 'playing' };
  startTimer(draft, 'closing', CLOSING_PLAY_MS);
}

/** On a new sideband: that the goodbye ended may have been told while nobody listened. */
export function resumeClosing(draft: Draft): void {
  draft.effects.push({ kind: 'listen', mode: 'closing' });
  if (draft.state.closing?.stage === 'playing') startTimer(draft, 'closing', RESUMED_CLOSING_MS);
}

export function closingHeard(draft: Draft, closing: Closing): void {
  draft.state.closing = { ...closing, stage: 'grace' };
  startTimer(draft, 'closing', CLOSING_GRACE_MS);
}

export function onClosingSpeech(draft: Draft, closing: Closing, itemId: string): void {
  draft.state.closing = { ...closing, callerSpoke: true, unheard: [...closing.unheard, itemId] };
  // Who goes on is heard out before their words decide.
  if (closing.stage === 'words') startTimer(draft, 'closing', CLOSING_SPEECH_MS);
}

/** The caller has paused: their words decide, and have a moment to arrive. */
export function onClosingPause(draft: Draft, closing: Closing): void {
  if (closing.stage === 'words') startTimer(draft, 'closing', CLOSING_WORDS_MS);
}

/** Transcripts may be late: those of earlier turns say nothing about the goodbye. */
export function onClosingText(draft: Draft, closing: Closing, itemId: string, text: string): void {
  if (!closing.unheard.includes(itemId)) return;
  const heard = {
    ...closing,
    callerWords: closing.callerWords + text,
    unheard: closing.unheard.filter((item) => item !== itemId),
  };
  draft.state.closing = heard;
  if (closing.stage === 'words' && !draft.state.callerSpeaking && heard.unheard.length === 0)
    decide(draft, heard);
}

export function onClosingTimer(draft: Draft, closing: Closing): void {
  switch (closing.stage) {
    case 'asked':
      if (draft.state.playing !== null && draft.state.playing !== closing.responseId) {
        startTimer(draft, 'closing', CLOSING_START_MS);
        return;
      }
      draft.effects.push({ kind: 'alarm', code: 'closing_not_started' });
      hangUp(draft, closing);
      return;
    case 'playing':
      hangUp(draft, closing);
      return;
    case 'grace':
      onGraceOver(draft, closing);
      return;
    case 'words':
      if (draft.state.callerSpeaking) hangUp(draft, closing);
      else decide(draft, closing);
  }
}

function onGraceOver(draft: Draft, closing: Closing): void {
  if (!closing.cancellable || !closing.callerSpoke) {
    hangUp(draft, closing);
    return;
  }
  if (!draft.state.callerSpeaking && closing.unheard.length === 0) {
    decide(draft, closing);
    return;
  }
  draft.state.closing = { ...closing, stage: 'words' };
  startTimer(draft, 'closing', draft.state.callerSpeaking ? CLOSING_SPEECH_MS : CLOSING_WORDS_MS);
}

/** Without a transcript the caller is believed to have gone on: hanging up on a question is the worse mistake. */
function decide(draft: Draft, closing: Closing): void {
  const parting =
    closing.unheard.length === 0 && isCallerClosing(closing.callerWords, draft.rules.callerClosings);
  if (parting || !closing.cancellable) hangUp(draft, closing);
  else callOff(draft);
}

function callOff(draft: Draft): void {
  const { state } = draft;
  state.phase = 'conversing';
  state.closing = null;
  state.calledOff = true;
  state.silence = 0;
  stopTimer(draft, 'closing');
  draft.effects.push({ kind: 'resumed' }, { kind: 'listen', mode: 'conversation' });
  if (state.keys !== '') startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
  respond(draft, 'reply', null);
}

/** Whether nothing but words of parting was said. Punctuation and spaces do not count. */
export function isCallerClosing(text: string, closings: readonly string[]): boolean {
  let rest = text.normalize('NFKC').replaceAll(/[\p{P}\p{S}\s]/gu, '');
  for (const words of closings.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(words, '');
  return rest === '';
}
