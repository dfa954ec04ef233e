import type { AttendanceDecision } from '../briefing/attendance-change.ts';
import { readBack, type ProposedChange } from '../briefing/confirmation-read-back.ts';
import type { SpokenSlot } from '../briefing/spoken-format.ts';
import type { Random } from '../lib/random.ts';
import type { MessageQueue } from '../outbox/ports.ts';
import type { AuditPayload } from '../store/audit-ports.ts';
import type { BriefingStore, ChangeResult, RegistrationView } from '../store/briefing-ports.ts';
import type { CallCase, Proposal } from './call-case.ts';
import type { FollowingMessage } from './message-follows.ts';
import type { AuditNote, ToolContext } from './tool.ts';

/** What proposing and storing a change of attendance needs. */
export interface AttendanceParts {
  readonly briefings: BriefingStore;
  readonly random: Random;
  /** For whether a message will follow a change. */
  readonly queue: Pick<MessageQueue, 'foresee'>;
}

/** A decision, and how it is said. */
export interface Change {
  readonly decision: AttendanceDecision;
  readonly spoken: ProposedChange;
}

/** The turns that prove a decision; `readBack` null: it was keyed in without a sentence of the agent. */
export interface Proof {
  readonly readBack: string | null;
  readonly consent: string;
}

/** Registrations of the applicant that are not over, the next one first. */
export async function comingRegistrations(
  briefings: BriefingStore,
  applicantId: string,
  now: number,
): Promise<readonly RegistrationView[]> {
  return (await briefings.listRegistrations(applicantId))
    .filter(({ slot }) => slot.endsAt > now)
    .toSorted((a, b) => a.slot.startsAt - b.slot.startsAt);
}

/** A change as it is put to the caller, from now on the one that this call awaits an answer to. */
export function propose(
  random: Random,
  view: RegistrationView,
  change: Change,
  context: Pick<ToolContext, 'callCase' | 'evidence'>,
): Proposal {
  const sentence = readBack(change.spoken);
  const proposal: Proposal = {
    token: random.hex(4),
    registrationId: view.registration.registrationId,
    version: view.registration.version,
    decision: change.decision,
    change: change.spoken,
    readBack: sentence,
    sentence,
    explicit: false,
    since: context.evidence.mark(),
  };
  context.callCase.proposal = proposal;
  return proposal;
}

/**
 * Stores a proposal whose proof was found, once: it does not matter whether the caller's words or a key come first, and
 * how often. What somebody else changed meanwhile stands. `remember` follows when the transaction was not rolled back.
 */
export async function store(
  briefings: BriefingStore,
  proposal: Proposal,
  proof: Proof,
  { callCase, callId, clock }: Pick<ToolContext, 'callCase' | 'callId' | 'clock'>,
): Promise<ChangeResult> {
  const view = await briefings.getRegistration(proposal.registrationId);
  if (view === null || view.registration.applicantId !== callCase.verified?.applicantId)
    return { outcome: 'not_found', what: 'registration' };
  return briefings.changeAttendance({
    registrationId: proposal.registrationId,
    decision: proposal.decision,
    source: {
      kind: 'caller',
      evidence: { callId, readBackTurnKey: proof.readBack, consentTurnKey: proof.consent },
    },
    expectedVersion: proposal.version,
    idempotencyKey: `${callId}/${proposal.token}`,
    at: clock.now(),
  });
}

/** What the call knows once the result of a proposal is stored. */
export function remember(
  proposal: Proposal,
  result: ChangeResult,
  message: FollowingMessage,
  callCase: CallCase,
): void {
  if (result.outcome !== 'conflict' && callCase.proposal?.token === proposal.token) callCase.proposal = null;
  if (result.outcome === 'changed' || result.outcome === 'unchanged') {
    callCase.stored = { token: proposal.token, change: proposal.change, message };
    callCase.keypad.pending = null;
    callCase.keypad.menu = null;
    callCase.keypad.open = false;
  }
}

/** What the audit learns of a proposal, by whatever way it is answered. */
export function noteOf(
  kind: 'change.proposed' | 'change.dropped',
  proposal: Proposal,
  more: AuditPayload = {},
): AuditNote {
  return { kind, payload: { ...named(proposal), ...more } };
}

/** What the audit learns of a proposal that was proven: what came of it, and by which turns. */
export function confirmedNote(proposal: Proposal, result: ChangeResult['outcome'], proof: Proof): AuditNote {
  const { readBack: read, consent } = proof;
  return {
    kind: 'change.confirmed',
    payload: { ...named(proposal), result, read_back_turn: read, consent_turn: consent },
  };
}

function named({ token, registrationId, version, decision }: Proposal): AuditPayload {
  return { token, registration_id: registrationId, version, decision: decision.kind };
}

/** What is said of a slot. */
export function spokenSlot(
  slot: Pick<RegistrationView['slot'], 'startsAt' | 'mode' | 'place'>,
  briefingPlace: string | null,
): SpokenSlot {
  return { startsAt: slot.startsAt, place: slot.place ?? briefingPlace, online: slot.mode === 'online' };
}
