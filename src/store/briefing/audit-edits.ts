import type { AuditPayload } from '../audit-ports.ts';
import type { StoreContext } from '../context.ts';

/** Notes what the team stored, by its ids alone, in the audit's chain of the day. Outside of a transaction nothing is noted. */
export function noteEdit(
  context: StoreContext,
  kind: 'briefing.stored' | 'slot.stored' | 'applicant.stored',
  payload: AuditPayload,
): void {
  context.audit?.add({ callId: null, at: context.now(), actor: 'team', kind, payload });
}
