import { OUTBOUND_KINDS, OUTBOUND_STATES } from '../outbox/ports.ts';
import Type, { type Static } from 'typebox';
import type { OutboundRecord } from '../outbox/ports.ts';
import type { CallRecord, CallState, MessageRecord, TurnRecord } from '../store/ports.ts';
import { Id, Instant, oneOf, orNull, writeInstant, writeInstantOrNull } from './shapes.ts';

/** States of a call. */
export const CALL_STATES = [
  'claimed',
  'accepting',
  'accepted',
  'live',
  'ending',
  'ended',
  'rejected',
  'missed',
  'failed',
] as const satisfies readonly CallState[];

/** A call as the API shows it. */
export const CallSchema = Type.Object(
  {
    call_id: Id,
    state: oneOf(CALL_STATES),
    caller_number: orNull(Type.String()),
    caller_withheld: Type.Boolean(),
    dialled_number: orNull(Type.String()),
    scenario: Type.String(),
    scenario_version: Type.String(),
    claimed_at: Instant,
    live_at: orNull(Instant),
    ended_at: orNull(Instant),
    end_reason: orNull(Type.String()),
    end_party: orNull(Type.String()),
    end_detail: orNull(Type.String()),
    notice_proof: Type.String(),
    notice_played_at: orNull(Instant),
    notice_version: orNull(Type.String()),
    cost_usd: orNull(Type.Number()),
  },
  { $id: 'Call', additionalProperties: false },
);

/** A turn of a transcript as the API shows it. */
export const TurnSchema = Type.Object(
  {
    turn_key: Type.String(),
    sequence: Type.Integer(),
    role: oneOf(['caller', 'agent', 'tool', 'keypad', 'system']),
    text: Type.String(),
    status: oneOf(['complete', 'cut', 'partial']),
    started_at: Instant,
    ended_at: Instant,
  },
  { $id: 'Turn', additionalProperties: false },
);

/** A message that the agent took, as the API shows it. */
export const MessageSchema = Type.Object(
  {
    message_id: Id,
    call_id: Id,
    caller_name: orNull(Type.String()),
    callback_number: orNull(Type.String()),
    body: Type.String(),
    at: Instant,
  },
  { $id: 'Message', additionalProperties: false },
);

/** A message or webhook that leaves, as the API shows it. */
export const OutboundSchema = Type.Object(
  {
    message_id: Id,
    kind: oneOf(OUTBOUND_KINDS),
    template: Type.String({ description: 'Template of a message, type of a webhook.' }),
    to: Type.String({ description: 'Number, address, or name of a webhook target.' }),
    subject: orNull(Type.String()),
    body: Type.String(),
    call_id: orNull(Id),
    applicant_id: orNull(Id),
    state: oneOf(OUTBOUND_STATES),
    detail: orNull(Type.String()),
    attempts: Type.Integer(),
    created_at: Instant,
    due_at: Instant,
    sent_at: orNull(Instant),
  },
  { $id: 'OutboundMessage', additionalProperties: false },
);

export function callView(call: CallRecord): Static<typeof CallSchema> {
  return {
    call_id: call.callId,
    state: call.state,
    caller_number: call.callerNumber,
    caller_withheld: call.callerWithheld,
    dialled_number: call.dialledNumber,
    scenario: call.scenario,
    scenario_version: call.scenarioVersion,
    claimed_at: writeInstant(call.claimedAt),
    live_at: writeInstantOrNull(call.liveAt),
    ended_at: writeInstantOrNull(call.endedAt),
    end_reason: call.endReason,
    end_party: call.endParty,
    end_detail: call.endDetail,
    notice_proof: call.noticeProof,
    notice_played_at: writeInstantOrNull(call.noticePlayedAt),
    notice_version: call.noticeVersion,
    cost_usd: call.costUsd,
  };
}

export function turnView(turn: TurnRecord): Static<typeof TurnSchema> {
  return {
    turn_key: turn.turnKey,
    sequence: turn.sequence,
    role: turn.role,
    text: turn.text,
    status: turn.status,
    started_at: writeInstant(turn.startedAt),
    ended_at: writeInstant(turn.endedAt),
  };
}

export function messageView(message: MessageRecord): Static<typeof MessageSchema> {
  return {
    message_id: message.messageId,
    call_id: message.callId,
    caller_name: message.callerName,
    callback_number: message.callbackNumber,
    body: message.body,
    at: writeInstant(message.at),
  };
}

export function outboundView(message: OutboundRecord): Static<typeof OutboundSchema> {
  return {
    message_id: message.messageId,
    kind: message.kind,
    template: message.templateKey,
    to: message.to,
    subject: message.subject,
    body: message.body,
    call_id: message.callId,
    applicant_id: message.applicantId,
    state: message.state,
    detail: message.detail,
    attempts: message.attempts,
    created_at: writeInstant(message.createdAt),
    due_at: writeInstant(message.dueAt),
    sent_at: writeInstantOrNull(message.sentAt),
  };
}
