import Type from 'typebox';
import { ATTENDANCE_LABELS } from '../briefing/attendance-status.ts';
import type { Briefing } from '../briefing/briefing.ts';
import type { SlotSeats } from '../briefing/slot.ts';
import { speakInstant, speakSlot } from '../briefing/spoken-format.ts';
import type { BriefingStore, RegistrationView } from '../store/briefing-ports.ts';
import { comingRegistrations, spokenSlot } from './attendance-proposal.ts';
import { referTo, type CallCase } from './call-case.ts';

import type { Tool } from './tool.ts';

const parameters = Type.Object({}, { additionalProperties: false });

/** Slots told at once: more than three cannot be kept in mind over the telephone. */
const MAX_SLOTS = 6;

/** What the verified caller may know: their own registrations, other dates of the same briefing, and its facts. */
export function checkSlots(briefings: BriefingStore): Tool<typeof parameters> {
  return {
    name: 'check_slots',
    description:
      'Look up what the verified caller has reserved, which other dates are free, and the facts of the briefing. Answer questions only from what it returns; for anything else say that you will pass it on.',
    parameters,
    effect: 'read',
    async run(_args, { callCase, clock }) {
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
      const own = await comingRegistrations(briefings, callCase.verified.applicantId, now);
      const registrations = await Promise.all(
        own.map(async (view) =>
          describe(view, await briefings.listSlots(view.briefing.briefingId, now), callCase),
        ),
      );
      return { status: 'ok', output: { ok: true, registrations } };
    },
  };
}

function describe(view: RegistrationView, slots: readonly SlotSeats[], callCase: CallCase) {
  const { registration, briefing, slot } = view;
  const others = slots.filter(({ slotId, open }) => open && slotId !== slot.slotId).slice(0, MAX_SLOTS);
  return {
    registration: referTo(callCase, 'registration', registration.registrationId),
    status: ATTENDANCE_LABELS[registration.status],
    reserved: speakSlot(spokenSlot(slot, briefing.place), 'hinted'),
    briefing: factsOf(briefing),
    other_dates: others.map((other) => ({
      slot: referTo(callCase, 'slot', other.slotId),
      when: speakInstant(other.startsAt, 'hinted'),
      online: other.mode === 'online',
      seats: other.free === 0 ? 'full, waiting list' : 'free',
    })),
  };
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
