import type { LeftKeys } from '../briefing/keypad-sentences.ts';
import type { PendingKey, Proposal } from './call-case.ts';
import { note, nothing, record, type KeypadParts } from './keypad-parts.ts';
import type { ToolContext, ToolEffect, ToolOutcome } from './tool.ts';

/** Why no further key is waited for. `no_voice`: nothing of the agent is heard. `call_over`: nobody is there any more. */
export type Silence = 'no_voice' | 'call_over';

/**
 * Settles what was pressed and has had no effect. A decision of a verified caller who knew the keys is stored as it is;
 * whatever is less certain becomes a message for the team. Nothing that was pressed for a purpose is lost.
 */
export async function settle(
  parts: KeypadParts,
  silence: Silence,
  context: ToolContext,
): Promise<ToolOutcome | ToolEffect> {
  const { callCase, evidence } = context;
  const { pending, code } = callCase.keypad;
  if (pending === null) {
    if (silence === 'no_voice' || code === null || callCase.verified !== null)
      return nothing('nothing_pending');
    return tellTeam({ decision: null, code }, context, () => void (callCase.keypad.code = null));
  }
  const { proposal } = callCase;
  const heard = proposal !== null && evidence.heard(proposal.sentence, proposal.since) !== null;
  // The question was heard: there is a voice, and the answer is the caller's to give.
  if (heard && silence === 'no_voice') return nothing('asked');
  if (proposal !== null && !heard && speaksForItself(pending, proposal, context)) {
    return record(parts, proposal, { readBack: menuHeard(parts, context), consent: pending.turn }, context);
  }
  if (pending.noted || callCase.stored?.change.kind === pending.decision) return nothing('noted');
  return tellTeam({ decision: pending.decision, code }, context, () => {
    callCase.keypad.pending = { ...pending, noted: true };
  });
}

function tellTeam(left: Omit<LeftKeys, 'verified'>, context: ToolContext, settled: () => void): ToolEffect {
  return {
    effect: async (transaction) => {
      await note(left, context, transaction);
      return { ...nothing('noted'), settled };
    },
  };
}

/** Whether a key is a decision without a read-back: about one registration, by somebody proven who knew what it means. */
function speaksForItself(
  pending: PendingKey,
  proposal: Proposal,
  { callCase, evidence }: ToolContext,
): boolean {
  return (
    callCase.verified?.level === 'change' &&
    pending.token === proposal.token &&
    pending.informed &&
    pending.specific &&
    // Whatever was said since may have taken it back.
    !evidence.spokeSince(pending.since)
  );
}

function menuHeard(parts: KeypadParts, { callCase, evidence }: ToolContext): string | null {
  const { menu } = callCase.keypad;
  const named = menu === null ? null : evidence.heard(menu.sentence, menu.since);
  return named ?? evidence.heard(parts.menu, 0);
}
