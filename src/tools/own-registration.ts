import type { BriefingStore, RegistrationView } from '../store/briefing-ports.ts';
import { comingRegistrations } from './attendance-proposal.ts';
import type { ToolContext, ToolOutcome } from './tool.ts';

/** The verified applicant's own coming registration that is meant; other people's cannot be named. */
export async function chosenRegistration(
  briefings: BriefingStore,
  reference: string | undefined,
  context: ToolContext,
  applicantId: string,
): Promise<RegistrationView | ToolOutcome> {
  const own = await comingRegistrations(briefings, applicantId, context.clock.now());
  const wanted = reference === undefined ? null : context.callCase.references.get(reference);
  const chosen =
    wanted === null ? own : own.filter(({ registration }) => registration.registrationId === wanted);
  const [only] = chosen;
  if (only === undefined) {
    return refused('no_registration', 'There is no such coming briefing. Offer to take a message.');
  }
  return chosen.length === 1
    ? only
    : refused(
        'several_registrations',
        'Call check_slots, ask which date is meant, and name the registration.',
      );
}

function refused(status: string, hint: string): ToolOutcome {
  return { status: 'refused', output: { ok: false, status, hint } };
}
