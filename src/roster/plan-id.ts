import { createHash } from 'node:crypto';
import type { Briefing } from '../briefing/briefing.ts';
import type { RosterEntry, RosterPlan } from '../briefing/roster-plan.ts';
import type { Slot } from '../briefing/slot.ts';
import type { RowProblem } from './cells.ts';

/** What the name of a plan stands for. */
export interface PlanContent {
  readonly briefing: Briefing;
  /** The briefing is stored with the plan, under an id drawn at this run. */
  readonly createBriefing: boolean;
  readonly plan: RosterPlan;
  readonly refused: readonly RowProblem[];
  readonly created: readonly Slot[];
}

/**
 * The name of a plan: two plans with one name do the same to the same rows of the store. Ids that are drawn at each run
 * do not count; versions do, so a plan for what has changed since has another name.
 */
export function planIdOf(content: PlanContent): string {
  const { plan, refused, created, briefing, createBriefing } = content;
  const made = new Map(created.map((slot, index) => [slot.slotId, `created-${index}`]));
  const slotName = (slotId: string): string => made.get(slotId) ?? slotId;
  const hash = createHash('sha256');
  const add = (part: unknown): void => void hash.update(`${JSON.stringify(part)}\n`);
  add(createBriefing ? { ...briefing, briefingId: null } : plan.briefingId);
  for (const slot of created) add({ ...slot, slotId: slotName(slot.slotId), briefingId: null });
  for (const entry of plan.entries) add(namedBy(entry, slotName));
  for (const problem of refused) add(problem);
  return hash.digest('base64url').slice(0, 22);
}

function namedBy(entry: RosterEntry, slotName: (slotId: string) => string): unknown {
  switch (entry.verdict) {
    case 'new': {
      const { applicant, ...rest } = entry;
      return {
        ...rest,
        slotId: slotName(entry.slotId),
        applicant: applicant && [applicant.applicantId, applicant.version],
      };
    }
    case 'changed': {
      const { applicant, registration, ...rest } = entry;
      return {
        ...rest,
        toSlotId: entry.toSlotId && slotName(entry.toSlotId),
        applicant: [applicant.applicantId, applicant.version],
        registration: [registration.registrationId, registration.version],
      };
    }
    case 'unchanged':
    case 'refused':
      return entry;
  }
}
