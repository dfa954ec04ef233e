import { LEFT_TO_TEAM, messageAbout, stored, type LeftKeys } from '../briefing/keypad-sentences.ts';
import { confirmedNote, remember, store, type AttendanceParts, type Proof } from './attendance-proposal.ts';
import type { Proposal } from './call-case.ts';
import type { CallerIdentityParts } from './caller-identity.ts';
import { followingMessage, type FollowingMessage } from './message-follows.ts';
import { keepMessage } from './team-message.ts';
import type { ToolContext, ToolEffect, ToolOutcome, ToolTransaction } from './tool.ts';

/** What the keys of a call act on. */
export interface KeypadParts extends CallerIdentityParts, AttendanceParts {
  /** The sentence of the scenario that offers the keys to everybody. */
  readonly menu: string;
}

/** What the caller is told of an entry. `read_back` is a question that 1 and 2 answer. */
export interface KeypadSpeech {
  readonly purpose: 'keypad' | 'read_back';
  readonly sentence: string;
}

/** What an entry came to, as it stands in the ledger. */
export interface KeypadAnswer {
  readonly ok: boolean;
  readonly status: string;
  /** Null: nothing is said by the service. */
  readonly say: KeypadSpeech | null;
  /** Whether the model answers the entry in its own words. */
  readonly reply: boolean;
  /** What the model has to know of it; null: nothing beyond the keys. */
  readonly tell: Readonly<Record<string, unknown>> | null;
}

/** The entry is for the model. */
export function forModel(): ToolOutcome {
  return outcome({ ok: true, status: 'for_the_model', say: null, reply: true, tell: null });
}

/** Nothing follows from it. */
export function nothing(status: string): ToolOutcome {
  return outcome({ ok: true, status, say: null, reply: false, tell: null });
}

/** The service says a sentence, and the model is told why. */
export function says(
  status: string,
  say: KeypadSpeech,
  tell: Readonly<Record<string, unknown>>,
  ok = true,
): ToolOutcome {
  return outcome({ ok, status, say, reply: false, tell: { status, ...tell } });
}

function outcome(answer: KeypadAnswer): ToolOutcome {
  return { status: answer.ok ? 'ok' : 'refused', output: { ...answer } };
}

/** Stores a proposal that a key has proven; what cannot be stored is left to the team. */
export function record(
  { queue }: Pick<KeypadParts, 'queue'>,
  proposal: Proposal,
  proof: Proof,
  context: ToolContext,
): ToolEffect {
  const { callCase } = context;
  return {
    effect: async (transaction) => {
      const result = await store(transaction.briefings, proposal, proof, context);
      const audit = [confirmedNote(proposal, result.outcome, proof)];
      if (result.outcome === 'changed' || result.outcome === 'unchanged') {
        const message = await followingMessage(queue, result, context.callId, transaction);
        const settled = (): void => remember(proposal, result, message, callCase);
        return { ...isStored(proposal, message), audit, settled };
      }
      const asked = proposal.decision.kind;
      const decision = asked === 'attend' || asked === 'absent' ? asked : 'other';
      return { ...(await leave(result.outcome, { decision, code: null }, context, transaction)), audit };
    },
  };
}

function isStored({ change, decision }: Proposal, message: FollowingMessage): ToolOutcome {
  const hint = 'It is stored. Do not call update_attendance for it. Say nothing until the caller speaks.';
  return says(
    'stored',
    { purpose: 'keypad', sentence: stored(change) },
    { decision: decision.kind, message, hint },
  );
}

/** Nothing can be done with the keys: the team reads of them, and the caller is told so. */
export function leaveToTeam(
  status: string,
  left: Omit<LeftKeys, 'verified'>,
  context: ToolContext,
): ToolEffect {
  return { effect: (transaction) => leave(status, left, context, transaction) };
}

async function leave(
  status: string,
  left: Omit<LeftKeys, 'verified'>,
  context: ToolContext,
  transaction: ToolTransaction,
): Promise<ToolOutcome> {
  await note(left, context, transaction);
  const { callCase } = context;
  const say = { purpose: 'keypad', sentence: LEFT_TO_TEAM } as const;
  return {
    ...says(status, say, { hint: 'Nothing was changed. A message for the team is saved.' }, false),
    settled: () => {
      callCase.proposal = null;
      callCase.keypad.pending = null;
      callCase.keypad.code = null;
      callCase.keypad.open = false;
    },
  };
}

/** Keeps a message for the team about keys that nothing could be done with. */
export async function note(
  left: Omit<LeftKeys, 'verified'>,
  context: ToolContext,
  { briefings, calls }: ToolTransaction,
): Promise<void> {
  const { verified } = context.callCase;
  const applicant = verified === null ? null : await briefings.getApplicant(verified.applicantId);
  await keepMessage(calls, context, {
    callerName: applicant?.name.full ?? null,
    callbackNumber: context.callerNumber,
    body: messageAbout({ ...left, verified: verified !== null }),
  });
}
