import { namedSlot, planChange } from '../briefing/attendance-change.ts';
import type { BriefingStore, ChangeResult, RegistrationView } from '../store/briefing-ports.ts';
import {
  confirmedNote,
  noteOf,
  propose,
  remember,
  store,
  type AttendanceParts,
  type Change,
} from './attendance-proposal.ts';
import { referTo, type Proposal } from './call-case.ts';
import { judgeProposal } from './confirmation-gate.ts';
import { followingMessage, type FollowingMessage } from './message-follows.ts';
import { chosenRegistration } from './own-registration.ts';
import { parameters, proposedChange, warningOf, type Arguments } from './proposed-change.ts';
import type { Tool, ToolContext, ToolEffect, ToolOutcome } from './tool.ts';

const NO_MESSAGE = 'No message about it is sent: do not promise one.';

/** @param message whether the applicant will be told of it in writing */
function stored(message: FollowingMessage): ToolOutcome {
  const hint = message === 'none' ? { hint: NO_MESSAGE } : {};
  return { status: 'ok', output: { ok: true, status: 'stored', message, ...hint } };
}

/**
 * Changes the attendance of the verified caller: first proposed, read back word for word by the service, and stored
 * only when the words of the call prove a clear yes.
 */
export function updateAttendance(parts: AttendanceParts): Tool<typeof parameters> {
  return {
    name: 'update_attendance',
    description:
      'Change the attendance of the verified caller. First call it without confirmation_token: the question is then read out for you, say nothing yourself. When the caller has answered, call it again with the token. Only an answer with status stored means that it is done.',
    parameters,
    effect: 'write',
    run: async (args, context) => {
      const { verified } = context.callCase;
      if (verified?.level !== 'change')
        return refused('not_verified', 'Identify the caller first with identify_caller.');
      return args.confirmation_token === undefined
        ? proposeAsked(parts, args, context, verified.applicantId)
        : confirm(parts, args.confirmation_token, context);
    },
  };
}

async function proposeAsked(
  parts: AttendanceParts,
  args: Arguments,
  context: ToolContext,
  applicantId: string,
): Promise<ToolOutcome> {
  const view = await chosenRegistration(parts.briefings, args.registration, context, applicantId);
  if ('status' in view) return view;
  const change = await proposedChange(parts.briefings, args, context, view);
  if ('status' in change) return change;
  const hopeless = await foreseen(parts.briefings, change, view, context);
  if (hopeless !== null) return hopeless;
  return asked(propose(parts.random, view, change, context), 'needs_confirmation');
}

/** What cannot be stored is not read back first: a caller who has said yes has been promised it. */
async function foreseen(
  briefings: BriefingStore,
  { decision }: Change,
  view: RegistrationView,
  context: ToolContext,
): Promise<ToolOutcome | null> {
  const named = namedSlot(decision);
  const target = named === null ? view.slot : await briefings.getSlot(named);
  if (target === null) return notStored({ outcome: 'not_found', what: 'slot' }, context);
  const plan = planChange(decision, {
    registration: view.registration,
    target,
    onlineOffered: view.briefing.onlineUrl !== null,
    at: context.clock.now(),
  });
  if (plan.verdict === 'illegal')
    return notStored({ outcome: 'illegal', reason: plan.reason, registration: view.registration }, context);
  const full = plan.verdict === 'change' && plan.takes !== null && target.free === 0;
  return full ? notStored({ outcome: 'full', registration: view.registration, slot: target }, context) : null;
}

async function confirm(
  { queue }: AttendanceParts,
  token: string,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const { callCase, evidence, clock } = context;
  const { proposal } = callCase;
  // A key has answered already, and the service has stored it.
  if (callCase.stored?.token === token) return stored(callCase.stored.message);
  if (proposal === null || proposal.token !== token) {
    return refused('unknown_token', 'Propose the change again without a token.');
  }
  const verdict = await judgeProposal(proposal, evidence, clock);
  switch (verdict.kind) {
    case 'ask': {
      const again: Proposal = {
        ...proposal,
        sentence: verdict.sentence,
        explicit: verdict.explicit,
        since: evidence.mark(),
      };
      callCase.proposal = again;
      return asked(again, verdict.status);
    }
    case 'wait':
      return { status: 'refused', output: { ok: false, status: verdict.status, hint: verdict.hint, token } };
    case 'dropped':
      callCase.proposal = null;
      return {
        status: 'refused',
        output: { ok: false, status: verdict.status, hint: verdict.hint },
        audit: [noteOf('change.dropped', proposal, { code: verdict.status })],
      };
    case 'confirmed': {
      const proof = { readBack: verdict.readBackTurn, consent: verdict.consentTurn };
      return {
        effect: async (transaction) => {
          const result = await store(transaction.briefings, proposal, proof, context);
          const message = await followingMessage(queue, result, context.callId, transaction);
          const isStored = result.outcome === 'changed' || result.outcome === 'unchanged';
          return {
            ...(isStored ? stored(message) : notStored(result, context)),
            settled: () => remember(proposal, result, message, callCase),
            audit: [confirmedNote(proposal, result.outcome, proof)],
          };
        },
      };
    }
  }
}

function asked(proposal: Proposal, status: string): ToolOutcome {
  return {
    status: 'ok',
    output: {
      ok: false,
      status,
      confirmation_token: proposal.token,
      hint: 'The question is being read out to the caller. Say nothing. After the answer, call again with the token.',
    },
    control: { kind: 'say', sentence: proposal.sentence },
    audit: [noteOf('change.proposed', proposal)],
  };
}

type NotStored = Exclude<ChangeResult, { outcome: 'changed' | 'unchanged' }>;

function notStored(result: NotStored, context: ToolContext): ToolOutcome {
  switch (result.outcome) {
    case 'full':
      return refused(
        'full',
        `No seat is left. Offer the waiting list: decision wait, slot ${referTo(context.callCase, 'slot', result.slot.slotId)}.${warningOf(result.registration)}`,
      );
    case 'conflict':
      return refused(
        'changed_meanwhile',
        'Somebody changed it meanwhile. Call check_slots and propose again.',
      );
    case 'illegal':
      return refused(result.reason, 'This cannot be done. Say so, and offer to take a message.');
    case 'not_found':
      return refused('not_found', 'It is not there any more. Offer to take a message.');
  }
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
