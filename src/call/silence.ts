import type { Conversation } from './conversation.ts';
import { beginClosing } from './closing.ts';
import { respond, startTimer, stopTimer, type Draft } from './draft.ts';
import { say } from './saying.ts';

/**
 * The silence ladder: ask again, offer the keypad, say goodbye. The clock runs only while nothing at all is
 * going on: from the moment the last word was heard, not from when it was generated.
 */

/** Starts or stops the silence timer when the line became quiet, or ceased to be. */
export function settleSilence(before: Conversation, draft: Draft): void {
  const quiet = isQuiet(draft.state);
  if (quiet === isQuiet(before)) return;
  if (!quiet) {
    stopTimer(draft, 'silence');
    return;
  }
  const wait = draft.rules.silenceMs[Math.min(draft.state.silence, 2)];
  if (wait !== undefined) startTimer(draft, 'silence', wait);
}

/** The next rung. */
export function onSilence(draft: Draft): void {
  const { state, rules } = draft;
  if (!isQuiet(state)) return;
  state.silence += 1;
  switch (state.silence) {
    case 1:
      if (state.keypad.last !== null)
        return say(draft, state.keypad.last.purpose, state.keypad.last.sentence);
      return respond(draft, 'reprompt', rules.phrases.reprompt);
    case 2:
      return respond(draft, 'keypad_offer', rules.phrases.offerKeypad);
    default:
      beginClosing(
        draft,
        { reason: 'caller_silent', party: 'caller', detail: null },
        rules.phrases.silenceClose,
        { cancellable: true },
      );
  }
}

/** Whether nothing at all is going on: nobody speaks, waits or is waited for. */
export function isQuiet(state: Conversation): boolean {
  return (
    state.phase === 'conversing' &&
    state.attached &&
    !state.turnOpen &&
    !state.callerWaits &&
    !state.expecting &&
    !state.lostResponse &&
    state.generating === null &&
    state.playing === null &&
    state.openTools === 0 &&
    state.keys === ''
  );
}
