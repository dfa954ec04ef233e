import Type from 'typebox';
import { ATTENDANCE_LABELS } from '../briefing/attendance-status.ts';
import type { Briefing } from '../briefing/briefing.ts';
import type { SlotSeats } from '../briefing/slot.ts';
import { dayOf, partsOf, tokyoTime, type Day } from '../briefing/spoken-calendar.ts';
import { speakInstant, speakSlot } from '../briefing/spoken-format.ts';
import type { BriefingStore, RegistrationView } from '../store/briefing-ports.ts';
import { comingRegistrations, spokenSlot } from './attendance-proposal.ts';
import { referTo, type CallCase } from './call-case.ts';

import type { Tool } from './tool.ts';

const parameters = Type.Object(
  {
    date: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description:
          'Day that the caller wishes for instead, YYYY-MM-DD: its slots and those near it come first.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Slots told to the model at once: a caller keeps no more than three in mind, and may refuse those. */
const MAX_SLOTS = 6;

/** What the verified caller may know: their own registrations, other dates of the same briefing, and its facts. */
export function checkSlots(briefings: BriefingStore): Tool<typeof parameters> {
  return {
    name: 'check_slots',
    description:
      'Look up what the verified caller has reserved, which other dates are free, and the facts of the briefing. more_dates means that there are further dates: before you say that a day has no briefing, call again with it. Answer questions only from what it returns; for anything else say that you will pass it on.',
    parameters,
    effect: 'read',
    async run({ date }, { callCase, clock }) {
      if (callCase.verified === null) {
        return {
          status: 'refused',
          output: {
            ok: false,
            status: 'not_verified',
            hint: 'Identify the caller first with identify_caller.',
          },
        };
      }
      const now = clock.now();
      const wished = date === undefined ? null : realDay(date);
      const own = await comingRegistrations(briefings, callCase.verified.applicantId, now);
      const registrations = await Promise.all(
        own.map(async (view) =>
          describe(view, await briefings.listSlots(view.briefing.briefingId, now), wished, callCase),
        ),
      );
      return { status: 'ok', output: { ok: true, registrations } };
    },
  };
}

function describe(
  view: RegistrationView,
  slots: readonly SlotSeats[],
  wished: Day | null,
  callCase: CallCase,
) {
  const { registration, briefing, slot } = view;
  const others = slots.filter(({ slotId, open }) => open && slotId !== slot.slotId);
  return {
    registration: referTo(callCase, 'registration', registration.registrationId),
    status: ATTENDANCE_LABELS[registration.status],
    reserved: speakSlot(spokenSlot(slot, briefing.place), 'hinted'),
    briefing: factsOf(briefing),
    other_dates: byUse(others, wished)
      .slice(0, MAX_SLOTS)
      .map((other) => ({
        slot: referTo(callCase, 'slot', other.slotId),
        when: speakInstant(other.startsAt, 'hinted'),
        online: other.mode === 'online',
        seats: other.free === 0 ? 'full, waiting list' : 'free',
      })),
    more_dates: others.length > MAX_SLOTS,
  };
}

/** Slots of the wished day, full ones too; then free ones, then full ones. Each part begins with what is nearest. */
function byUse(slots: readonly SlotSeats[], wished: Day | null): SlotSeats[] {
  const daysOff = ({ startsAt }: SlotSeats): number =>
    wished === null ? 0 : Math.abs(Date.parse(tokyoTime(startsAt).day) - Date.parse(wished));
  const part = (slot: SlotSeats): number =>
    wished !== null && daysOff(slot) === 0 ? 0 : slot.free === 0 ? 2 : 1;
  return slots.toSorted((a, b) => part(a) - part(b) || daysOff(a) - daysOff(b) || a.startsAt - b.startsAt);
}

/** A day that the calendar has: a model may make one up. */
function realDay(text: string): Day | null {
  const { year, month, day } = partsOf(text);
  return dayOf(year, month, day);
}

/** Facts without personal data; what the team left out is left out. */
function factsOf(briefing: Briefing) {
  const { title, company, place, onlineUrl, whatToBring, dress, contact, notices } = briefing;
  return {
    title,
    company,
    place,
    online_possible: onlineUrl !== null,
    what_to_bring: whatToBring,
    dress,
    contact,
    notices,
  };
}
