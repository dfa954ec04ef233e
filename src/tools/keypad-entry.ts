import { readEntry, YES_KEY, type KeyedDecision } from '../briefing/keypad.ts';
import {
  ASK_FOR_CODE,
  askForKey,
  declined,
  menuFor,
  NOT_CONFIRMED,
  stored,
} from '../briefing/keypad-sentences.ts';
import type { RegistrationView } from '../store/briefing-ports.ts';
import { comingRegistrations, noteOf, propose, spokenSlot } from './attendance-proposal.ts';
import type { PendingKey, Proposal } from './call-case.ts';
import { isLocked, proveCaller } from './caller-identity.ts';
import { judgeProposal } from './confirmation-gate.ts';
import { forModel, leaveToTeam, nothing, record, says, type KeypadParts } from './keypad-parts.ts';
import type { ToolContext, ToolEffect, ToolOutcome } from './tool.ts';

/** What one entry on the keypad does. The turn that it stands in is the function call of the context. */
export async function enter(
  parts: KeypadParts,
  keys: string,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const entry = readEntry(keys);
  switch (entry.kind) {
    case 'empty':
      return nothing('empty');
    case 'number':
    case 'unclear':
      return forModel();
    case 'code':
      return onCode(parts, entry.digits, context);
    case 'digit':
      return onDigit(parts, entry.digit, entry.decision, context);
  }
}

async function onCode(
  parts: KeypadParts,
  digits: string,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const { callCase } = context;
  const { keypad } = callCase;
  if (callCase.verified?.level !== 'change') {
    keypad.code = digits;
    const identity = await proveCaller(parts, { keyedCode: digits }, context);
    if (identity.kind === 'locked') {
      const decision = keypad.pending?.decision ?? null;
      return leaveToTeam('not_verified', { decision, code: digits }, context);
    }
    if (identity.kind !== 'verified' || identity.level !== 'change') return notConfirmed(context);
    keypad.byCode = true;
    keypad.code = null;
  }
  const { pending } = keypad;
  if (pending === null || pending.decision === 'other') return menu(parts, context);
  keypad.pending = { ...pending, informed: isInformed(parts, context) };
  return readBack(parts, keypad.pending, context);
}

function notConfirmed({ callCase }: ToolContext): ToolOutcome {
  callCase.keypad.open = true;
  return says(
    'not_verified',
    { purpose: 'keypad', sentence: NOT_CONFIRMED },
    { hint: 'The code alone proves nobody. When the caller speaks, ask for the full name.' },
    false,
  );
}

async function onDigit(
  parts: KeypadParts,
  digit: string,
  decision: KeyedDecision | null,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const { callCase, evidence } = context;
  if (answersNumber(context)) return forModel();
  if (callCase.proposal !== null) {
    const answered = await answer(parts, callCase.proposal, decision, context);
    if (answered !== null) return answered;
  } else if (callCase.stored !== null && digit === YES_KEY && callCase.keypad.menu === null) {
    // A second 1 says the same again; only a menu would make it another decision.
    return says(
      'stored',
      { purpose: 'keypad', sentence: stored(callCase.stored.change) },
      {
        hint: 'It was stored before.',
      },
    );
  }
  if (decision === null) return forModel();
  const pending: PendingKey = {
    decision,
    turn: context.functionCallId,
    since: evidence.mark(),
    informed: isInformed(parts, context),
    token: null,
    specific: false,
    noted: false,
  };
  callCase.keypad.pending = pending;
  callCase.keypad.open = true;
  if (decision === 'other') return forModel();
  if (callCase.verified?.level === 'change') return readBack(parts, pending, context);
  return whoIsIt(parts, pending, context);
}

/** Whether the last question was about a number that was read back: its tool knows what the key means. */
function answersNumber({ callCase, evidence }: ToolContext): boolean {
  const { numberProposal, proposal } = callCase;
  if (numberProposal === null || evidence.heard(numberProposal.sentence, numberProposal.since) === null)
    return false;
  return proposal === null || proposal.since < numberProposal.since;
}

/** 1 and 2 after a read-back. Null: the proposal was not read back yet, and the key is a decision of its own. */
async function answer(
  parts: KeypadParts,
  proposal: Proposal,
  decision: KeyedDecision | null,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect | null> {
  const { callCase, clock, evidence } = context;
  const { keypad } = callCase;
  const verdict = await judgeProposal(proposal, evidence, clock);
  switch (verdict.kind) {
    case 'confirmed':
      return record(
        parts,
        proposal,
        { readBack: verdict.readBackTurn, consent: verdict.consentTurn },
        context,
      );
    case 'dropped':
      callCase.proposal = null;
      keypad.pending = null;
      return {
        ...(await dropped(parts, proposal, context)),
        audit: [noteOf('change.dropped', proposal, { code: verdict.status })],
      };
    case 'wait':
      return forModel();
    case 'ask': {
      if (verdict.status === 'not_read_back' && decision !== null) {
        // The same key again, before the question was heard: it is asked once more. Another key decides anew.
        if (keypad.pending?.token !== proposal.token || keypad.pending.decision !== decision) return null;
      }
      const again = { ...proposal, sentence: askForKey(proposal.readBack), explicit: true };
      callCase.proposal = verdict.status === 'not_read_back' ? again : { ...again, since: evidence.mark() };
      return asked(again);
    }
  }
}

async function dropped(parts: KeypadParts, proposal: Proposal, context: ToolContext): Promise<ToolOutcome> {
  const view = await parts.briefings.getRegistration(proposal.registrationId);
  if (view === null) return forModel();
  const sentence = declined(view.slot.startsAt);
  ask(view, sentence, context);
  return says(
    'declined',
    { purpose: 'keypad', sentence },
    {
      hint: 'The caller said no. Nothing was changed. The keys were offered again.',
    },
  );
}

/** A decision of somebody who is not proven yet. */
function whoIsIt(parts: KeypadParts, pending: PendingKey, context: ToolContext): ToolOutcome | ToolEffect {
  const { decision } = pending;
  if (isLocked(parts, context)) return leaveToTeam('not_verified', { decision, code: null }, context);
  // Where no codes are given out, the model asks for what the applicant can say.
  if (parts.policy.change[0]?.includes('reservation_code') !== true) return forModel();
  return says(
    'not_verified',
    { purpose: 'keypad', sentence: ASK_FOR_CODE },
    {
      decision,
      hint: 'The reservation code is being asked for. When the caller speaks, identify them with identify_caller.',
    },
  );
}

/** Puts a decision to the caller as a question, about the briefing that is nearest. */
async function readBack(
  parts: KeypadParts,
  pending: PendingKey,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const { callCase, evidence } = context;
  const { keypad } = callCase;
  const own = await coming(parts, context);
  const view =
    own.find(({ registration }) => registration.registrationId === keypad.menu?.registrationId) ?? own[0];
  const { decision } = pending;
  if (view === undefined || decision === 'other')
    return leaveToTeam('no_registration', { decision, code: null }, context);
  const slot = spokenSlot(view.slot, view.briefing.place);
  const proposal = propose(
    parts.random,
    view,
    decision === 'attend'
      ? { decision: { kind: 'attend' }, spoken: { kind: 'attend', slot } }
      : { decision: { kind: 'absent', reason: null }, spoken: { kind: 'absent', slot } },
    context,
  );
  const question = { ...proposal, sentence: askForKey(proposal.readBack), explicit: true };
  callCase.proposal = question;
  const named = keypad.menu !== null && evidence.heard(keypad.menu.sentence, keypad.menu.since) !== null;
  keypad.pending = { ...pending, token: proposal.token, specific: own.length === 1 || named };
  keypad.open = true;
  return asked(question);
}

function asked(proposal: Proposal): ToolOutcome {
  const question = says(
    'needs_confirmation',
    { purpose: 'read_back', sentence: proposal.sentence },
    {
      decision: proposal.decision.kind,
      confirmation_token: proposal.token,
      hint: 'The question is being read out. Say nothing. A key is stored without you; when the caller answers by voice, call update_attendance with the token.',
    },
  );
  return { ...question, audit: [noteOf('change.proposed', proposal)] };
}

async function menu(parts: KeypadParts, context: ToolContext): Promise<ToolOutcome | ToolEffect> {
  const [next] = await coming(parts, context);
  if (next === undefined) {
    const decision = context.callCase.keypad.pending?.decision ?? null;
    return leaveToTeam('no_registration', { decision, code: null }, context);
  }
  const sentence = menuFor(next.slot.startsAt);
  ask(next, sentence, context);
  return says(
    'verified',
    { purpose: 'keypad', sentence },
    {
      may_change: true,
      hint: 'The caller is identified. The keys were offered. Say nothing until the caller speaks.',
    },
  );
}

function ask(view: RegistrationView, sentence: string, { callCase, evidence }: ToolContext): void {
  const { registrationId } = view.registration;
  callCase.keypad.menu = { sentence, registrationId, since: evidence.mark() };
  callCase.keypad.open = true;
}

async function coming(
  parts: KeypadParts,
  { callCase, clock }: ToolContext,
): Promise<readonly RegistrationView[]> {
  if (callCase.verified === null) return [];
  return comingRegistrations(parts.briefings, callCase.verified.applicantId, clock.now());
}

/** Whether the caller knows what the keys mean: they were told, or used the code they were given. Not for a second change. */
function isInformed(parts: KeypadParts, { callCase, evidence }: ToolContext): boolean {
  const { byCode, menu: told } = callCase.keypad;
  if (callCase.stored !== null) return false;
  return (
    byCode ||
    evidence.heard(parts.menu, 0) !== null ||
    (told !== null && evidence.heard(told.sentence, told.since) !== null)
  );
}
