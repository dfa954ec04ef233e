import type { Conversation } from './conversation.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { GREETING_PLAY_MS, GREETING_START_MS, NOTE_MS } from './timeouts.ts';

/**
 * The greeting with its notices: asked for once per call, not to be interrupted, heard to its end. Its end is the
 * proof that the caller was told of AI and recording; what prevents the proof is stored instead.
 */

const GREETING_TRIES = 2;

/** The greeting could not be spoken: a call without a voice is not worth holding. */
const UNGREETED = { reason: 'model_unresponsive', party: 'openai', detail: 'greeting_not_started' } as const;

export function greet(draft: Draft): void {
  const { state } = draft;
  state.phase = 'greeting';
  state.greeted = true;
  state.greetingTries += 1;
  respond(draft, 'greeting', draft.rules.greeting);
  startTimer(draft, 'greeting', GREETING_START_MS);
}

/** Without a sideband nobody tells whether the greeting is heard: it is not asked for again. */
export function onGreetingDetached(draft: Draft): void {
  draft.state.greetingBegan = true;
  stopTimer(draft, 'greeting');
}

/**
 * A new sideband was attached before the greeting had ended: whether it was heard cannot be known any more, only whether it
 * was begun at all.
 */
export function resumeGreeting(draft: Draft): void {
  if (draft.state.greetingUnsure) {
    startTimer(draft, 'greeting', NOTE_MS);
    return;
  }
  settleNotice(draft, 'unproven');
  converse(draft);
}

/** The new owner's first message has its place: at the very beginning nobody has said anything, so nobody was greeted. */
export function onNoteAdded(draft: Draft, first: boolean): void {
  const { state } = draft;
  if (state.phase !== 'greeting' || !state.greetingUnsure) return;
  state.greetingUnsure = false;
  if (!first) return resumeGreeting(draft);
  state.greetingBegan = false;
  state.lostResponse = false;
  greet(draft);
}

export function onGreetingCreated(draft: Draft, responseId: string): void {
  draft.state.greetingId = responseId;
}

export function onGreetingPlays(draft: Draft): void {
  draft.state.greetingBegan = true;
  draft.state.greetingAsked = false;
  startTimer(draft, 'greeting', GREETING_PLAY_MS);
}

export function onGreetingDone(draft: Draft, completed: boolean): void {
  if (completed) return;
  if (draft.state.greetingBegan) settleNotice(draft, 'cut');
  else retryGreeting(draft);
}

export function onGreetingHeard(draft: Draft, whole: boolean): void {
  settleNotice(draft, whole ? 'played' : 'cut');
  converse(draft);
}

export function onGreetingTimer(draft: Draft): void {
  if (draft.state.greetingUnsure) {
    draft.state.greetingUnsure = false;
    return resumeGreeting(draft);
  }
  if (draft.state.playing === null && !draft.state.greetingAsked) {
    askLine(draft);
    return;
  }
  settleNotice(draft, 'unproven');
  converse(draft);
}

/**
 * The greeting is late, or only the news of it: this process slept, or the line is slow. The session is asked for an
 * answer, which comes after all that it told before: then it is certain.
 */
function askLine(draft: Draft): void {
  draft.state.greetingAsked = true;
  draft.effects.push({ kind: 'listen', mode: 'closing' });
  startTimer(draft, 'greeting', GREETING_START_MS);
}

/** What the session had to tell has been told, and the greeting is not among it. */
export function onLineAnswers(draft: Draft): void {
  const { phase, greetingAsked, playing, greetingBegan } = draft.state;
  if (phase !== 'greeting' || !greetingAsked) return;
  draft.state.greetingAsked = false;
  if (playing === null && !greetingBegan) retryGreeting(draft);
}

function retryGreeting(draft: Draft): void {
  if (draft.state.greetingTries >= GREETING_TRIES) {
    draft.effects.push({ kind: 'alarm', code: UNGREETED.detail });
    hangUp(draft, UNGREETED);
    return;
  }
  if (draft.state.generating !== null) draft.effects.push({ kind: 'cancel_response' });
  draft.state.greetingId = null;
  greet(draft);
}

/** Opens the ears: from here on the caller may interrupt, and turn detection answers. */
function converse(draft: Draft): void {
  const { state } = draft;
  state.phase = 'conversing';
  state.expecting = false;
  stopTimer(draft, 'greeting');
  draft.effects.push({ kind: 'listen', mode: 'conversation' });
  if (state.callerWaits) respond(draft, 'reply', null);
}

function settleNotice(draft: Draft, proof: Conversation['notice']): void {
  if (draft.state.notice !== 'pending') return;
  draft.state.notice = proof;
  draft.effects.push({ kind: 'notice', proof });
}
