import type { Conversation } from './conversation.ts';
import { hangUp, respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { GREETING_PLAY_MS, GREETING_START_MS, NOTE_MS, REPLY_MS, SIGN_MS, SPEAK_MS } from './timeouts.ts';

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

/**
 * Without a sideband nobody tells whether the greeting is heard. It is not asked for again, unless there was no sign of it and
 * the conversation turns out to be empty.
 */
export function onGreetingDetached(draft: Draft): void {
  const { state } = draft;
  const unseen = !state.greetingBegan && state.greetingId === null;
  if (unseen || state.greetingDoubt !== 'none') state.greetingDoubt = 'open';
  state.greetingBegan = true;
  stopTimer(draft, 'greeting');
}

/** A new sideband was attached before the greeting had ended: whether it was heard cannot be known any more. */
export function resumeGreeting(draft: Draft): void {
  if (draft.state.greetingDoubt !== 'none') {
    startTimer(draft, 'greeting', NOTE_MS);
    return;
  }
  settleNotice(draft, 'unproven');
  converse(draft);
}

/** Somebody may have greeted before this owner ever attached. */
export function doubtGreeting(draft: Draft): void {
  const { state } = draft;
  state.phase = 'greeting';
  state.greeted = true;
  state.greetingBegan = true;
  resumeGreeting(draft);
}

/** A message of ours has its place: where nothing stands before it, nobody has said anything. */
export function onNoteAdded(draft: Draft, first: boolean): void {
  const { state } = draft;
  if (state.phase !== 'greeting' || state.greetingDoubt !== 'open') return;
  if (!first) return onSignOfGreeting(draft);
  state.greetingDoubt = 'empty';
  startTimer(draft, 'greeting', SIGN_MS);
}

/** Something is or was said: the greeting was asked for. */
export function onSignOfGreeting(draft: Draft): void {
  const { state } = draft;
  if (state.phase !== 'greeting' || state.greetingDoubt === 'none') return;
  state.greetingDoubt = 'none';
  resumeGreeting(draft);
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
  const { greetingDoubt: doubt } = draft.state;
  if (doubt === 'open') return onSignOfGreeting(draft);
  if (doubt === 'empty') {
    draft.state.greetingDoubt = 'none';
    draft.state.greetingBegan = false;
    draft.state.lostResponse = false;
    return greet(draft);
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
  if (state.generating !== null) startTimer(draft, 'speak', SPEAK_MS);
  if (state.callerWaits) respond(draft, 'reply', null);
  else if (state.lostResponse) startTimer(draft, 'reply', REPLY_MS);
}

function settleNotice(draft: Draft, proof: Conversation['notice']): void {
  if (draft.state.notice !== 'pending') return;
  draft.state.notice = proof;
  draft.effects.push({ kind: 'notice', proof });
}
