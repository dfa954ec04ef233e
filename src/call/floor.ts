import type { Conversation } from './conversation.ts';
import { startTimer, stopTimer, type Draft } from './draft.ts';
import { COMMIT_MS, REPLY_MS, SPEECH_MS } from './timeouts.ts';

/**
 * Who has the word. A caller has it from their first syllable until what they said is in the conversation: what is said
 * meanwhile would talk over them, and could not know what they say.
 */

/** The caller begins to speak. */
export function openTurn(draft: Draft): void {
  draft.state.callerSpeaking = true;
  draft.state.turnOpen = true;
  startTimer(draft, 'speech', SPEECH_MS);
}

/** The caller pauses: what they said becomes a turn now, or was no speech. */
export function pauseTurn(draft: Draft): void {
  draft.state.callerSpeaking = false;
  if (draft.state.turnOpen) startTimer(draft, 'speech', COMMIT_MS);
}

/** What the caller said is in the conversation, or is not waited for any longer. */
export function endTurn(draft: Draft): void {
  draft.state.callerSpeaking = false;
  draft.state.turnOpen = false;
  stopTimer(draft, 'speech');
}

/** The sideband is lost: a caller who was speaking goes on, and is waiting when they have ended. */
export function leaveTurn(draft: Draft): void {
  const { state } = draft;
  state.callerSpeaking = false;
  state.callerWaits ||= state.turnOpen;
  stopTimer(draft, 'speech');
}

/** On a new sideband: the end of the turn is told here, or was told while nobody listened. */
export function resumeTurn(draft: Draft): void {
  if (draft.state.turnOpen) startTimer(draft, 'speech', REPLY_MS);
}

/** A caller who does not speak any more is answered: the end of their turn was missed. */
export function onTurnAnswered(draft: Draft): void {
  const { state } = draft;
  if (state.phase !== 'conversing' || !state.turnOpen || state.callerSpeaking) return;
  endTurn(draft);
  state.callerWaits = false;
}

/** Tells those who hold back what waits its turn that the caller has the word, or no longer has. */
export function settleFloor(before: Conversation, { state, effects }: Draft): void {
  if (state.turnOpen !== before.turnOpen) effects.push({ kind: 'floor', caller: state.turnOpen });
}
