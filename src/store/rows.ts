import { type Selectable, sql } from 'kysely';
import type { CallRecord, MessageRecord, ToolCallRecord, TurnRecord, UsageRecord } from './ports.ts';
import type { CallsTable, MessagesTable, ToolCallsTable, TurnsTable, UsageTable } from './schema.ts';

/** A call with the cost of its usage rows. */
export type CallRow = Selectable<CallsTable> & { readonly cost_usd: number | null };

/**
 * Columns of a CallRow, read from a relation that is called `calls`. The cost of a call without usage is 0;
 * one row without a price makes the sum unknown.
 */
export const CALL_COLUMNS = sql`calls.*, (
  select case when count(*) = count(cost_usd) then coalesce(sum(cost_usd), 0) end
  from usage where usage.call_id = calls.call_id
) as cost_usd`;

export function toCallRecord(row: CallRow): CallRecord {
  return {
    callId: row.call_id,
    state: row.state,
    epoch: row.epoch,
    node: row.node,
    callerNumber: row.caller_number,
    callerWithheld: row.caller_withheld,
    dialledNumber: row.dialled_number,
    sipCallId: row.sip_call_id,
    carrierCallId: row.carrier_call_id,
    scenario: row.scenario,
    scenarioVersion: row.scenario_version,
    eventCreatedAt: row.event_created_at.getTime(),
    claimedAt: row.claimed_at.getTime(),
    acceptedAt: ms(row.accepted_at),
    liveAt: ms(row.live_at),
    endedAt: ms(row.ended_at),
    endReason: row.end_reason,
    endParty: row.end_party,
    endDetail: row.end_detail,
    noticeProof: row.notice_proof,
    noticePlayedAt: ms(row.notice_played_at),
    noticeVersion: row.notice_version,
    costUsd: row.cost_usd,
    ...(row.seat_refusal === null ? {} : { seatRefusal: row.seat_refusal }),
  };
}

export function toTurnRecord(row: Selectable<TurnsTable>): TurnRecord {
  return {
    callId: row.call_id,
    turnKey: row.turn_key,
    sequence: row.sequence,
    role: row.role,
    text: row.text,
    status: row.status,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at.getTime(),
    responseId: row.response_id,
  };
}

export function toUsageRecord(row: Selectable<UsageTable>): UsageRecord {
  return {
    callId: row.call_id,
    usageKey: row.usage_key,
    model: row.model,
    kind: row.kind,
    textIn: row.text_in,
    textInCached: row.text_in_cached,
    audioIn: row.audio_in,
    audioInCached: row.audio_in_cached,
    textOut: row.text_out,
    audioOut: row.audio_out,
    seconds: row.seconds,
    costUsd: row.cost_usd,
    at: row.at.getTime(),
  };
}

export function toToolCallRecord(row: Selectable<ToolCallsTable>): ToolCallRecord {
  return {
    callId: row.call_id,
    functionCallId: row.function_call_id,
    name: row.name,
    arguments: row.arguments,
    status: row.status,
    output: row.output,
    startedAt: row.started_at.getTime(),
    finishedAt: ms(row.finished_at),
  };
}

export function toMessageRecord(row: Selectable<MessagesTable>): MessageRecord {
  return {
    messageId: row.message_id,
    callId: row.call_id,
    naturalKey: row.natural_key,
    callerName: row.caller_name,
    callbackNumber: row.callback_number,
    body: row.body,
    at: row.at.getTime(),
  };
}

function ms(instant: Date | null): number | null {
  return instant === null ? null : instant.getTime();
}
