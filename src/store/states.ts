import { sql } from 'kysely';
import type { CallState } from './ports.ts';

/**
 * Where a call may go from each state. The only way back is `ending` → `live`: a caller who speaks again
 * during the goodbye. Staying is allowed, so that a taken-over call can be marked again by its new owner.
 * The trigger `calls_state_guard` refuses the same moves in the database.
 */
const LEGAL_NEXT: Readonly<Record<CallState, readonly CallState[]>> = {
  claimed: ['claimed', 'accepting', 'accepted', 'live', 'ending'],
  accepting: ['accepting', 'accepted', 'live', 'ending'],
  accepted: ['accepted', 'live', 'ending'],
  live: ['live', 'ending'],
  ending: ['ending', 'live'],
  ended: [],
  rejected: [],
  missed: [],
  failed: [],
};

/** The states of `from` that may go to `to`. Final states are reached by finishCall only, so never here. */
export function legalFrom(from: readonly CallState[], to: CallState): CallState[] {
  return from.filter((state) => LEGAL_NEXT[state].includes(to));
}

/** Condition "not final". The text equals the predicate of the index `calls_open`, so that it is used. */
export const OPEN_STATE = sql`state in ('claimed', 'accepting', 'accepted', 'live', 'ending')`;
