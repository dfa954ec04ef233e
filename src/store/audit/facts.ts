import { sql } from 'kysely';
import type { AuditPayload } from '../audit-ports.ts';
import type { NoticeProof } from '../ports.ts';
import type { CallsTable } from '../schema.ts';

/** What of a call's row the audit keeps, and is compared with later. No number is among it. */
export type CallFacts = Pick<
  CallsTable,
  | 'call_id'
  | 'state'
  | 'scenario'
  | 'scenario_version'
  | 'caller_withheld'
  | 'accepted_at'
  | 'live_at'
  | 'ended_at'
  | 'end_reason'
  | 'end_party'
  | 'end_detail'
  | 'notice_played_at'
  | 'notice_version'
> & { readonly claimed_at: Date; readonly notice_proof: NoticeProof; readonly audited: boolean };

/** Columns of CallFacts, read from a relation that is called `calls`. */
export const FACT_COLUMNS = sql`calls.call_id, calls.state, calls.scenario, calls.scenario_version,
  calls.caller_withheld, calls.claimed_at, calls.accepted_at, calls.live_at, calls.ended_at, calls.end_reason,
  calls.end_party, calls.end_detail, calls.notice_proof, calls.notice_played_at, calls.notice_version, calls.audited`;

/** What the audit says of a call that is over. */
export function endedPayload(facts: CallFacts): AuditPayload {
  return {
    state: facts.state,
    reason: facts.end_reason,
    party: facts.end_party,
    detail: facts.end_detail,
    claimed_at: facts.claimed_at.getTime(),
    accepted_at: ms(facts.accepted_at),
    live_at: ms(facts.live_at),
    ended_at: ms(facts.ended_at),
    scenario_version: facts.scenario_version,
    notice_version: facts.notice_version,
    notice_proof: facts.notice_proof,
    notice_played_at: ms(facts.notice_played_at),
  };
}

function ms(instant: Date | null): number | null {
  return instant?.getTime() ?? null;
}
