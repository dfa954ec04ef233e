import type { ResponsePurpose, ResponseRequest } from '../realtime/turns.ts';
import type { Conversation } from './conversation.ts';
import { respond, startTimer, type Draft } from './draft.ts';
import { REPLY_MS } from './timeouts.ts';

/**
 * Sentences of the service in conversation: questions that are read back, answers to keys, a transfer that failed. The
 * model believes that they were said, so each is kept until it begins to be heard. It does not talk over the caller, nor
 * get ahead of the answer to what they said; what comes to nothing is asked for again, word for word.
 */

/** A sentence of which nothing was heard yet. A newer one takes its place. */
export interface Saying {
  readonly request: ResponseRequest;
  /** False: it waits for its moment. */
  readonly asked: boolean;
  /** The response that says it, or was to say it. */
  readonly responseId: string | null;
}

/** Has a sentence said as soon as nobody speaks or is about to. @param outputs of the function calls that want it */
export function say(
  draft: Draft,
  purpose: ResponsePurpose,
  sentence: string,
  outputs: readonly string[] = [],
): void {
  draft.state.saying = { request: { purpose, say: sentence, outputs }, asked: false, responseId: null };
  if (draft.state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}

/** Asks for a sentence that waits, if this is its moment. */
export function settleSaying(draft: Draft): void {
  const { saying } = draft.state;
  if (saying !== null && !saying.asked && isMomentFor(saying, draft.state)) ask(draft, saying);
}

/** Asks for the sentence that came to nothing. @returns false when there is none */
export function sayAgain(draft: Draft): boolean {
  const { saying, turnOpen } = draft.state;
  if (saying === null) return false;
  if (!turnOpen) ask(draft, saying);
  return true;
}

/** A response begins: it may be the one that was asked for. */
export function onSayingCreated(draft: Draft, responseId: string, purpose: ResponsePurpose | null): void {
  const { saying } = draft.state;
  if (saying !== null && saying.request.purpose === purpose)
    draft.state.saying = { ...saying, asked: true, responseId };
}

/** Something begins to be heard, or was. */
export function onSayingHeard(draft: Draft, responseId: string): void {
  if (draft.state.saying?.responseId === responseId) draft.state.saying = null;
}

/** The caller begins to speak: turn detection drops what was generated and not heard yet. */
export function onSayingInterrupted(draft: Draft): void {
  if (draft.state.saying !== null && draft.state.saying.responseId !== null) takeBack(draft);
}

/** Its response was cut off: by the caller, who is answered first. */
export function onSayingCut(draft: Draft, responseId: string): void {
  const { saying } = draft.state;
  if (saying === null || !saying.asked || saying.responseId !== responseId) return;
  takeBack(draft);
  draft.state.callerWaits = true;
  if (draft.state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}

/** What was asked for did not come: the sentence waits to be asked for again. */
export function takeBack(draft: Draft): void {
  if (draft.state.saying !== null) draft.state.saying = { ...draft.state.saying, asked: false };
}

/** Whether a sentence waits that nobody has begun to say. */
export function isOwed({ saying }: Conversation): boolean {
  return saying !== null && (!saying.asked || saying.responseId === null);
}

function ask(draft: Draft, saying: Saying): void {
  draft.state.saying = { ...saying, asked: true, responseId: null };
  const { purpose, say: sentence, outputs } = saying.request;
  respond(draft, purpose, sentence, outputs);
}

/**
 * Whether nobody speaks, is being answered or is about to be. Another function call of the model may want another
 * sentence in place of one that a function call wants.
 */
function isMomentFor({ request }: Saying, state: Conversation): boolean {
  const answering = state.expecting || state.generating !== null;
  const waited = state.callerWaits && !state.keypad.waiting;
  const replaceable = request.outputs.length > 0 && state.openTools > 0;
  return state.attached && !state.turnOpen && !answering && !waited && !replaceable && isTalk(state);
}

function isTalk({ phase }: Conversation): boolean {
  return phase === 'conversing' || phase === 'transferring';
}
