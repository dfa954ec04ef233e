import { isSaidOver, type ResponsePurpose } from '../realtime/turns.ts';
import { REPLY_MS } from './timeouts.ts';
import type { Conversation, ConversationRules, Effect, Ending, TimerName } from './conversation.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One step under construction: the next state, and what is to be done. */
export interface Draft {
  readonly state: Mutable<Conversation>;
  readonly effects: Effect[];
  readonly rules: ConversationRules;
}

export function draftOf(state: Conversation, rules: ConversationRules): Draft {
  return { state: { ...state }, effects: [], rules };
}

/**
 * Asks for a response; `say` is spoken word for word, null lets the model answer freely. In conversation a response
 * that does not come is asked for again; greeting, goodbye and transfer have timers of their own. While the caller has
 * the word nothing is asked for: turn detection answers them, and knows by then whatever was to be answered.
 */
export function respond(
  draft: Draft,
  purpose: ResponsePurpose,
  say: string | null,
  outputs: readonly string[] = [],
): void {
  if (draft.state.turnOpen && !isSaidOver(purpose)) {
    draft.state.callerWaits = true;
    return;
  }
  draft.state.expecting = true;
  draft.effects.push({ kind: 'respond', request: { purpose, say, outputs } });
  if (draft.state.phase === 'conversing') startTimer(draft, 'reply', REPLY_MS);
}

export function startTimer(draft: Draft, name: TimerName, ms: number): void {
  draft.effects.push({ kind: 'timer', name, ms });
}

export function stopTimer(draft: Draft, name: TimerName): void {
  draft.effects.push({ kind: 'stop_timer', name });
}

/** Hangs up now. The call is over when the API has answered, or the sideband is gone. */
export function hangUp(draft: Draft, ending: Ending): void {
  const { state } = draft;
  if (state.phase === 'hanging_up' || state.phase === 'over') return;
  state.phase = 'hanging_up';
  state.closing = null;
  state.ending = ending;
  draft.effects.push({ kind: 'ending' }, { kind: 'hang_up' });
}

/** The call is over. It happens once: every later event finds the phase `over`. */
export function finish(draft: Draft, ending: Ending): void {
  conclude(draft, ending);
  draft.effects.push({ kind: 'end', ending });
}

/** The hang-up failed: the conversation is over, the call may not be. */
export function abandon(draft: Draft, ending: Ending): void {
  conclude(draft, ending);
  draft.effects.push({ kind: 'alarm', code: 'hangup_failed' }, { kind: 'abandon', ending });
}

function conclude(draft: Draft, ending: Ending): void {
  const { state } = draft;
  state.phase = 'over';
  state.ending = ending;
  state.attached = false;
  if (state.notice === 'pending') {
    state.notice = state.greetingBegan ? 'unproven' : 'not_played';
    draft.effects.push({ kind: 'notice', proof: state.notice });
  }
}
