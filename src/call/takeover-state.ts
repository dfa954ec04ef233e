import { beginClosing } from './closing.ts';
import type { CallEvent } from './conversation.ts';
import { hangUp, startTimer, type Draft } from './draft.ts';
import { beginTransfer } from './transfer.ts';
import { HARD_STOP_MS, KEYPAD_PAUSE_MS, TRANSFER_MS } from './timeouts.ts';

/** A new owner goes on with what the old one was doing: timers from the beginning of the call, closings again. */
export function onTakenOver(draft: Draft, event: CallEvent & { kind: 'taken_over' }): void {
  const { state, rules } = draft;
  startTimer(draft, 'max_duration', Math.max(0, rules.maxCallMs - event.ageMs));
  startTimer(draft, 'hard_stop', Math.max(0, rules.maxCallMs + HARD_STOP_MS - event.ageMs));
  if (state.keys !== '') startTimer(draft, 'keypad', KEYPAD_PAUSE_MS);
  const { unfinished } = event;
  switch (unfinished.kind) {
    case 'nothing':
      return;
    case 'hang_up':
      return hangUp(draft, unfinished);
    case 'close':
      return beginClosing(draft, unfinished, unfinished.say ?? rules.phrases.farewell, {
        cancellable: false,
      });
    case 'transfer':
      if (!unfinished.referred) return beginTransfer(draft, unfinished.targetKey, []);
      // It was asked for and the call is still here: it gets its time once more, and is not asked for twice.
      state.phase = 'transferring';
      state.transfer = { targetKey: unfinished.targetKey, stage: 'referred', responseId: null };
      startTimer(draft, 'transfer', TRANSFER_MS);
  }
}
