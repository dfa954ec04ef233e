import Type, { type Static } from 'typebox';
import { holdsSeat } from '../briefing/attendance-status.ts';
import { REASON_CODES, type Registration } from '../briefing/registration.ts';
import { tokyoInstant, tokyoTime } from '../briefing/spoken-calendar.ts';
import type { BriefingStore, RegistrationView } from '../store/briefing-ports.ts';
import { spokenSlot, type Change } from './attendance-proposal.ts';
import type { ToolContext, ToolOutcome } from './tool.ts';

/** What `update_attendance` takes. */
export const parameters = Type.Object(
  {
    decision: Type.Union(
      [
        Type.Literal('attend'),
        Type.Literal('absent'),
        Type.Literal('withdraw'),
        Type.Literal('late'),
        Type.Literal('move'),
        Type.Literal('wait'),
        Type.Literal('online'),
        Type.Literal('undecided'),
      ],
      {
        description:
          'What the caller decided. move: to another slot. wait: onto the waiting list of a full slot. withdraw: the caller says 辞退; absent: they only cannot come.',
      },
    ),
    registration: Type.Optional(
      Type.String({
        pattern: '^registration_\\d{1,2}$',
        description: 'Name from check_slots. Needed only when the caller has several registrations.',
      }),
    ),
    slot: Type.Optional(
      Type.String({ pattern: '^slot_\\d{1,3}$', description: 'Name from check_slots. For move and wait.' }),
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

/** As they came, checked. */
export type Arguments = Static<typeof parameters>;

/** The change that the arguments ask for, and how it is said; or what is missing. */
export async function proposedChange(
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
    case 'withdraw':
      return { decision: { kind: 'withdraw', reason }, spoken: { kind: 'withdraw', slot } };
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
        : {
            decision: { kind: 'wait', toSlotId: target.slotId },
            spoken: { kind: 'waitlist', slot: to, givesUp: givenUpForWaiting(view.registration) },
          };
    }
  }
}

/** Whoever waits for a date has nothing else of the briefing meanwhile. */
function givenUpForWaiting({ status }: Pick<Registration, 'status'>): 'seat' | 'online' | null {
  if (holdsSeat(status)) return 'seat';
  return status === 'online' ? 'online' : null;
}

const WARNINGS = {
  seat: ' Tell the caller before they choose that the seat they hold now is given up for it.',
  online: ' Tell the caller before they choose that taking part online is given up for it.',
} as const;

/** What the hint adds that offers the waiting list: nobody loses a seat by surprise. */
export function warningOf(registration: Registration): string {
  const loss = givenUpForWaiting(registration);
  return loss === null ? '' : WARNINGS[loss];
}

/** Minutes after midnight of `HH:MM`, whose shape the schema has checked. */
function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
