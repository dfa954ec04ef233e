import Type, { type Static } from 'typebox';
import type { AttendanceDecision } from '../briefing/attendance-change.ts';
import { readBack, type ProposedChange } from '../briefing/confirmation-read-back.ts';
import { REASON_CODES } from '../briefing/registration.ts';
import { tokyoInstant, tokyoTime } from '../briefing/spoken-calendar.ts';
import type { SpokenSlot } from '../briefing/spoken-format.ts';
import type { BriefingStore, ChangeResult, RegistrationView } from '../store/briefing-ports.ts';
import type { Random } from '../lib/random.ts';
import { referTo, type Proposal } from './call-case.ts';
import { judgeProposal } from './confirmation-gate.ts';
import type { Tool, ToolContext, ToolOutcome } from './tool.ts';

const parameters = Type.Object(
  {
    decision: Type.Union(
      [
        Type.Literal('attend'),
        Type.Literal('absent'),
        Type.Literal('late'),
        Type.Literal('move'),
        Type.Literal('wait'),
        Type.Literal('online'),
        Type.Literal('undecided'),
      ],
      {
        description:
          'What the caller decided. move: to another slot. wait: onto the waiting list of a full slot.',
      },
    ),
    registration: Type.Optional(
      Type.String({
        pattern: '^registration_\\d{1,2}$',
        description: 'Name from check_slots. Needed only when the caller has several registrations.',
      }),
    ),
    slot: Type.Optional(
      Type.String({ pattern: '^slot_\\d{1,2}$', description: 'Name from check_slots. For move and wait.' }),
    ),
    arrival_time: Type.Optional(
      Type.String({
        pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
        description: 'Expected arrival, HH:MM. For late.',
      }),
    ),
    reason: Type.Optional(
      Type.Union(
        REASON_CODES.map((code) => Type.Literal(code)),
        {
          description: 'Only if the caller said it by themselves. Never ask about health.',
        },
      ),
    ),
    confirmation_token: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{8}$',
        description: 'Token of the proposal, after the caller has answered the question that was read back.',
      }),
    ),
  },
  { additionalProperties: false },
);

type Arguments = Static<typeof parameters>;

export interface UpdateAttendanceParts {
  readonly briefings: BriefingStore;
  readonly random: Random;
}

/**
 * Changes the attendance of the verified caller: first proposed, read back word for word by the service, and stored
 * only when the words of the call prove a clear yes.
 */
export function updateAttendance(parts: UpdateAttendanceParts): Tool<typeof parameters> {
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
        ? propose(parts, args, context, verified.applicantId)
        : confirm(parts, args.confirmation_token, context, verified.applicantId);
    },
  };
}

async function propose(
  parts: UpdateAttendanceParts,
  args: Arguments,
  context: ToolContext,
  applicantId: string,
): Promise<ToolOutcome> {
  const view = await chosenRegistration(parts.briefings, args, context, applicantId);
  if ('status' in view) return view;
  const change = await proposedChange(parts.briefings, args, context, view);
  if ('status' in change) return change;
  const sentence = readBack(change.spoken);
  const proposal: Proposal = {
    token: parts.random.hex(4),
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
  return asked(proposal, 'needs_confirmation');
}

async function confirm(
  parts: UpdateAttendanceParts,
  token: string,
  context: ToolContext,
  applicantId: string,
): Promise<ToolOutcome> {
  const { callCase, evidence, clock } = context;
  const { proposal } = callCase;
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
      return { status: 'refused', output: { ok: false, status: verdict.status, hint: verdict.hint } };
    case 'confirmed': {
      const view = await parts.briefings.getRegistration(proposal.registrationId);
      if (view?.registration.applicantId !== applicantId)
        return refused('not_found', 'Offer to take a message.');
      const result = await parts.briefings.changeAttendance({
        registrationId: proposal.registrationId,
        decision: proposal.decision,
        source: {
          kind: 'caller',
          evidence: {
            callId: context.callId,
            readBackTurnKey: verdict.readBackTurn,
            consentTurnKey: verdict.consentTurn,
          },
        },
        expectedVersion: proposal.version,
        idempotencyKey: `${context.callId}/${token}`,
        at: clock.now(),
      });
      if (result.outcome !== 'conflict') callCase.proposal = null;
      return outcomeOf(result, context);
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
  };
}

function outcomeOf(result: ChangeResult, context: ToolContext): ToolOutcome {
  switch (result.outcome) {
    case 'changed':
    case 'unchanged':
      return { status: 'ok', output: { ok: true, status: 'stored' } };
    case 'full':
      return refused(
        'full',
        `No seat is left. Offer the waiting list: decision wait, slot ${referTo(context.callCase, 'slot', result.slot.slotId)}.`,
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

/** The caller's own registration that the arguments mean; other people's cannot be named. */
async function chosenRegistration(
  briefings: BriefingStore,
  args: Arguments,
  context: ToolContext,
  applicantId: string,
): Promise<RegistrationView | ToolOutcome> {
  const now = context.clock.now();
  const own = (await briefings.listRegistrations(applicantId)).filter(({ slot }) => slot.endsAt > now);
  const wanted = args.registration === undefined ? null : context.callCase.references.get(args.registration);
  const chosen =
    wanted === null ? own : own.filter(({ registration }) => registration.registrationId === wanted);
  const [only] = chosen;
  if (only === undefined)
    return refused('no_registration', 'There is no coming briefing to change. Offer to take a message.');
  return chosen.length === 1
    ? only
    : refused(
        'several_registrations',
        'Call check_slots, ask which date is meant, and name the registration.',
      );
}

interface Change {
  readonly decision: AttendanceDecision;
  readonly spoken: ProposedChange;
}

async function proposedChange(
  briefings: BriefingStore,
  args: Arguments,
  context: ToolContext,
  view: RegistrationView,
): Promise<Change | ToolOutcome> {
  const slot = spokenSlot(view.slot, view.briefing.place);
  const reason = args.reason ?? null;
  switch (args.decision) {
    case 'attend':
      return { decision: { kind: 'attend' }, spoken: { kind: 'attend', slot } };
    case 'absent':
      return { decision: { kind: 'absent', reason }, spoken: { kind: 'absent', slot } };
    case 'online':
      return { decision: { kind: 'online' }, spoken: { kind: 'online', slot } };
    case 'undecided':
      return {
        decision: { kind: 'undecided', callbackAt: null },
        spoken: { kind: 'undecided', slot, decidesAt: null },
      };
    case 'late': {
      if (args.arrival_time === undefined)
        return refused('arrival_time_missing', 'Ask when the caller expects to arrive.');
      const arrivesAt = tokyoInstant(tokyoTime(view.slot.startsAt).day, minutesOf(args.arrival_time));
      if (arrivesAt <= view.slot.startsAt) {
        return refused('arrival_not_late', 'That is not after the start. Ask for the time again.');
      }
      return {
        decision: { kind: 'late', expectedArrivalAt: arrivesAt, reason },
        spoken: { kind: 'late', slot, arrivesAt },
      };
    }
    case 'move':
    case 'wait': {
      const slotId = args.slot === undefined ? undefined : context.callCase.references.get(args.slot);
      const target = slotId === undefined ? null : await briefings.getSlot(slotId);
      if (target === null) return refused('slot_missing', 'Call check_slots and name a slot.');
      const to = spokenSlot(target, view.briefing.place);
      return args.decision === 'move'
        ? { decision: { kind: 'move', toSlotId: target.slotId }, spoken: { kind: 'move', from: slot, to } }
        : { decision: { kind: 'wait', toSlotId: target.slotId }, spoken: { kind: 'waitlist', slot: to } };
    }
  }
}

/** What is said of a slot. */
export function spokenSlot(
  slot: Pick<RegistrationView['slot'], 'startsAt' | 'mode' | 'place'>,
  briefingPlace: string | null,
): SpokenSlot {
  return { startsAt: slot.startsAt, place: slot.place ?? briefingPlace, online: slot.mode === 'online' };
}

/** Minutes after midnight of `HH:MM`, whose shape the schema has checked. */
function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
