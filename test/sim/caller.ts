import type { Chance } from './chance.ts';

/** What the model makes of one utterance of the caller. */
export type Intent =
  | 'chat'
  | 'take_message'
  | 'notify'
  | 'notify_twice'
  | 'look'
  | 'hang'
  | 'unknown'
  | 'end_call'
  | 'transfer_to_human';

/** How a caller leaves once everything is said. */
export type Leaving = 'hangs_up' | 'lets_end' | 'silent' | 'stays';

/** One person who calls, decided before they do. */
export interface Caller {
  /** Lets it ring this long, ms. */
  readonly patienceMs: number;
  /** What each turn is about, in order. */
  readonly turns: readonly Intent[];
  readonly leaving: Leaving;
  /** Hangs up in the middle of it all, this long after the answer, ms; null: does not. */
  readonly hangsUpAfterMs: number | null;
  /** Presses keys after this turn; -1: none. */
  readonly keysAfterTurn: number;
  /** Shown number; null: withheld. */
  readonly number: string | null;
  readonly dialled: string | null;
}

/** What callers want: the work that must not be lost or doubled more often than small talk. */
const WANTS: readonly Intent[] = [
  'chat',
  'chat',
  'take_message',
  'take_message',
  'notify',
  'notify',
  'notify',
  'notify_twice',
  'look',
  'hang',
  'unknown',
];

/** Few numbers, so that calls meet: nobody has them. */
const NUMBERS = ['+819011112222', '+819011112222', '+819033334444', null] as const;
const DIALLED = ['+815055556666', '+815055556666', '+815077778888', null] as const;

/** A caller as chance has it. */
export function newCaller(chance: Chance): Caller {
  const turns = Array.from({ length: chance.integer(0, 4) }, () => chance.pick(WANTS));
  const leaving = chance.pick<Leaving>(['hangs_up', 'hangs_up', 'lets_end', 'lets_end', 'silent', 'stays']);
  if (leaving === 'lets_end') turns.push(chance.happens(0.2) ? 'transfer_to_human' : 'end_call');
  return {
    patienceMs: chance.integer(6_000, 30_000),
    turns,
    leaving,
    hangsUpAfterMs: chance.happens(0.2) ? chance.integer(0, 15_000) : null,
    keysAfterTurn: chance.happens(0.1) ? chance.integer(0, 2) : -1,
    number: chance.pick(NUMBERS),
    dialled: chance.pick(DIALLED),
  };
}
