import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EndParty, EndReason } from '../store/ports.ts';
import type { CallCase } from '../tools/call-case.ts';
import { INITIAL, type Conversation } from './conversation.ts';

/** What of a call another node needs to go on with it, as it is stored. Pure. */

/** Nodes of another version are told by this: what they wrote is not guessed at. */
const VERSION = 1;

const Ending = Type.Object({
  reason: Type.String(),
  party: Type.String(),
  detail: Type.Union([Type.String(), Type.Null()]),
});

const ProgressSchema = Type.Object({
  version: Type.Literal(VERSION),
  phase: Type.Enum(['greeting', 'conversing', 'transferring', 'closing', 'hanging_up']),
  ending: Type.Union([Ending, Type.Null()]),
  say: Type.Union([Type.String(), Type.Null()]),
  transfer: Type.Union([Type.Object({ targetKey: Type.String(), referred: Type.Boolean() }), Type.Null()]),
  notice: Type.Enum(['pending', 'played', 'cut', 'not_played', 'unproven']),
  calledOff: Type.Boolean(),
  // Absent in what the first release of this version wrote.
  keys: Type.Optional(Type.String()),
  case: Type.Object({
    verified: Type.Union([
      Type.Object({
        applicantId: Type.String(),
        level: Type.Union([Type.Literal('read'), Type.Literal('change')]),
      }),
      Type.Null(),
    ]),
    claim: Type.Record(Type.String(), Type.Unknown()),
    wrongTries: Type.Integer({ minimum: 0 }),
    proposal: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
    stored: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
    keypad: Type.Record(Type.String(), Type.Unknown()),
    // Absent in what the first release of this version wrote.
    numberProposal: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
    confirmedMobile: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    references: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  }),
});

/** How far a call has come, as JSON. */
export type Progress = Static<typeof ProgressSchema>;

const validator = Compile(ProgressSchema);

/** @returns null before the greeting: there is nothing to go on with yet */
export function writeProgress(state: Conversation, callCase: CallCase): Progress | null {
  const { phase } = state;
  if (phase === 'attaching' || phase === 'over') return null;
  const ending = state.closing ?? state.ending;
  return {
    version: VERSION,
    phase,
    ending: ending === null ? null : { reason: ending.reason, party: ending.party, detail: ending.detail },
    say: state.closing?.say ?? null,
    transfer:
      state.transfer === null
        ? null
        : { targetKey: state.transfer.targetKey, referred: state.transfer.stage === 'referred' },
    notice: state.notice,
    calledOff: state.calledOff,
    keys: state.keys,
    case: {
      verified: callCase.verified,
      claim: { ...callCase.claim },
      wrongTries: callCase.wrongTries,
      proposal: callCase.proposal === null ? null : { ...callCase.proposal },
      stored: callCase.stored === null ? null : { ...callCase.stored },
      keypad: { ...callCase.keypad },
      numberProposal: callCase.numberProposal === null ? null : { ...callCase.numberProposal },
      confirmedMobile: callCase.confirmedMobile,
      references: [...callCase.references],
    },
  };
}

/** @returns null for what is absent, or written by a version that this one does not know */
export function readProgress(body: unknown): Progress | null {
  return validator.Check(body) ? body : null;
}

/**
 * Puts what was established back. Proof is not: what was heard is counted anew, so a proposal that awaits its answer is
 * read back once more.
 */
export function restoreCase(callCase: CallCase, progress: Progress): void {
  const { verified, claim, wrongTries, proposal, stored, keypad, references } = progress.case;
  Object.assign(callCase, {
    verified,
    claim,
    wrongTries,
    proposal: unheard(proposal),
    stored,
    numberProposal: unheard(progress.case.numberProposal),
    confirmedMobile: progress.case.confirmedMobile ?? null,
  });
  Object.assign(callCase.keypad, keypad, {
    pending: unasked(keypad['pending']),
    menu: unheard(keypad['menu']),
  });
  callCase.references.clear();
  for (const [name, id] of references) callCase.references.set(name, id);
}

/** The same, with everything that is heard from now on counting. */
function unheard(asked: unknown): unknown {
  return typeof asked === 'object' && asked !== null ? { ...asked, since: 0 } : null;
}

/**
 * A key that was pressed at the old owner's. What was said after it is not known here, and may have taken it back: it has to
 * be read back before it counts.
 */
function unasked(pending: unknown): unknown {
  return typeof pending === 'object' && pending !== null ? { ...pending, since: 0, informed: false } : null;
}

/**
 * The conversation as a new owner finds it: detached, greeted, and nothing known of what is being generated or played.
 *
 * @param notice proof as the call's row tells it
 * @param silent whether nothing is stored of what was said
 */
export function restoreConversation(
  progress: Progress | null,
  notice: Conversation['notice'],
  silent: boolean,
): Conversation {
  const proven = notice === 'pending' ? (progress?.notice ?? notice) : notice;
  const found = progress?.phase ?? 'conversing';
  // What was under way has to be done again by its new owner; see `onTakenOver`.
  const phase = found === 'greeting' || proven === 'pending' ? 'greeting' : 'conversing';
  return {
    ...INITIAL,
    phase,
    notice: proven,
    greeted: true,
    greetingBegan: true,
    greetingDoubt: phase === 'greeting' && silent ? 'open' : 'none',
    lostResponse: true,
    calledOff: progress?.calledOff ?? false,
    keys: progress?.keys ?? '',
  };
}

/** What the old owner was doing, for the new one to do. */
export type Unfinished =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'hang_up';
      readonly reason: EndReason;
      readonly party: EndParty;
      readonly detail: string | null;
    }
  | {
      readonly kind: 'close';
      readonly reason: EndReason;
      readonly party: EndParty;
      readonly detail: string | null;
      readonly say: string | null;
    }
  | { readonly kind: 'transfer'; readonly targetKey: string; readonly referred: boolean };

export function unfinishedOf(progress: Progress | null): Unfinished {
  if (progress === null) return { kind: 'nothing' };
  const { phase, ending, transfer, say } = progress;
  if (ending !== null && (phase === 'hanging_up' || phase === 'closing')) {
    const end = {
      reason: ending.reason as EndReason,
      party: ending.party as EndParty,
      detail: ending.detail,
    };
    return phase === 'closing' ? { kind: 'close', ...end, say } : { kind: 'hang_up', ...end };
  }
  return phase === 'transferring' && transfer !== null
    ? { kind: 'transfer', ...transfer }
    : { kind: 'nothing' };
}
