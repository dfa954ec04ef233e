import type { AttendanceDecision } from '../briefing/attendance-change.ts';
import type { IdentityClaim } from '../briefing/identity-proofs.ts';
import type { KeyedDecision } from '../briefing/keypad.ts';
import type { ProposedChange } from '../briefing/confirmation-read-back.ts';
import type { FollowingMessage } from './message-follows.ts';
import type { NumberProposal } from './number-gate.ts';

/** A change that was proposed to the caller and awaits a clear yes. */
export interface Proposal {
  /** Given to the model, which has to give it back: an old proposal cannot be confirmed by mistake. */
  readonly token: string;
  readonly registrationId: string;
  /** Version of the registration that the proposal was made from. */
  readonly version: number;
  readonly decision: AttendanceDecision;
  /** The decision as it is said. */
  readonly change: ProposedChange;
  /** The change in words, ending with a question. */
  readonly readBack: string;
  /** What was last asked: it has to be heard to its end before an answer counts. Begins with `readBack`. */
  readonly sentence: string;
  /** Whether はい or いいえ was asked for in words. */
  readonly explicit: boolean;
  /** Only proof after this mark counts. */
  readonly since: number;
}

/** Who the caller was proven to be. */
export interface VerifiedCaller {
  readonly applicantId: string;
  /** `read` lets the caller hear about the registration, `change` lets them change it. */
  readonly level: 'read' | 'change';
}

/** A decision key that was pressed, whose effect is still to come. */
export interface PendingKey {
  readonly decision: KeyedDecision;
  /** Turn of the transcript in which it was pressed. */
  readonly turn: string;
  /** Words of the caller after this mark may take it back. */
  readonly since: number;
  /** Whether the keys had been told to the caller, or the caller proven by a code that was keyed in. */
  readonly informed: boolean;
  /** The proposal that was made of it; null: none yet. */
  readonly token: string | null;
  /** Whether it was plain which registration is meant before anything was read back. */
  readonly specific: boolean;
  /** Whether the team has been told of it. */
  readonly noted: boolean;
}

/** What the keypad has come to in one call. */
export interface KeypadCase {
  /** Whether the caller was proven by a code that was keyed in. */
  byCode: boolean;
  /** A code that proved nobody; null: none, or somebody was proven since. */
  code: string | null;
  pending: PendingKey | null;
  /** The question for 1, 2 or 3 that named a registration; null: none was asked. */
  menu: { readonly sentence: string; readonly registrationId: string; readonly since: number } | null;
  /** Whether a further key is waited for. */
  open: boolean;
}

/**
 * What one call has established. It is kept by the service, never by the model: tools name no person, they act on
 * `verified` alone.
 */
export interface CallCase {
  verified: VerifiedCaller | null;
  /** What the caller said of themselves so far. */
  claim: IdentityClaim;
  /** Claims of identity that named nobody, or the wrong one. */
  wrongTries: number;
  proposal: Proposal | null;
  /** The proposal that was stored last, and whether the applicant will be told of it in writing. */
  stored: {
    readonly token: string;
    readonly change: ProposedChange;
    readonly message: FollowingMessage;
  } | null;
  readonly keypad: KeypadCase;
  /** A number that was read back for a message. */
  numberProposal: NumberProposal | null;
  /** E.164 of the mobile that the caller gave and confirmed. */
  confirmedMobile: string | null;
  /** Short names by which the model refers to registrations and slots in this call. */
  readonly references: Map<string, string>;
}

/** A call of which nothing is known. */
export function newCase(): CallCase {
  return {
    verified: null,
    claim: {},
    wrongTries: 0,
    proposal: null,
    stored: null,
    keypad: { byCode: false, code: null, pending: null, menu: null, open: false },
    numberProposal: null,
    confirmedMobile: null,
    references: new Map(),
  };
}

/** The short name of an id in this call, such as `slot_2`; the same id has the same name throughout. */
export function referTo(callCase: CallCase, kind: 'registration' | 'slot', id: string): string {
  for (const [name, known] of callCase.references) {
    if (known === id && name.startsWith(kind)) return name;
  }
  const number = [...callCase.references.keys()].filter((name) => name.startsWith(kind)).length + 1;
  const name = `${kind}_${number}`;
  callCase.references.set(name, id);
  return name;
}
