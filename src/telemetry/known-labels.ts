/**
 * Label values that are known before anything happened; test/telemetry/known-labels.test.ts holds them to the words of the
 * code that counts. Values that others choose, such as names of tools and models, are not among them.
 */

/** How a webhook delivery was judged. */
export const WEBHOOK_RESULTS = [
  'verified',
  'verified_old_key',
  'repeated',
  'unsigned',
  'malformed',
  'headers_missing',
  'headers_duplicated',
  'headers_mixed',
  'id_format',
  'timestamp_format',
  'signature_count',
  'signature_format',
  'body_encoding',
  'signature_mismatch',
  'timestamp_window',
  'library',
] as const;

/** What became of a call event. */
export const CALL_EVENT_OUTCOMES = ['claimed', 'duplicate', 'stale', 'ignored'] as const;

/** What an accept request was answered with. */
export const ACCEPT_OUTCOMES = [
  'done',
  'gone',
  'taken',
  'unauthorised',
  'rate_limited',
  'refused',
  'unavailable',
  'unreachable',
  'ambiguous',
] as const;

/** What came of taking a call over. */
export const TAKEOVER_OUTCOMES = ['live', 'not_found', 'failed'] as const;

/** Rules by which a call is not answered. */
export const REFUSAL_RULES = [
  'wrong_project',
  'unknown_trunk',
  'unknown_number',
  'blocked_caller',
  'withheld_caller',
  'closed',
  'draining',
  'capacity',
  'memory',
  'too_many_calls',
  'caller_busy',
  'number_full',
  'fleet_full',
] as const;

/** End reasons, each with the parties that it goes with: a caller who hangs up during a goodbye is answerable for the end. */
export const CALL_ENDS = [
  ['completed', 'agent'],
  ['completed', 'caller'],
  ['caller_hangup', 'caller'],
  ['caller_silent', 'caller'],
  ['max_duration', 'denwaban'],
  ['max_duration', 'caller'],
  ['transferred', 'agent'],
  ['policy_refused', 'denwaban'],
  ['stale', 'openai'],
  ['caller_left_before_accept', 'caller'],
  ['accept_refused', 'denwaban'],
  ['accept_refused', 'openai'],
  ['accept_unauthorised', 'denwaban'],
  ['accept_rate_limited', 'openai'],
  ['accept_timeout', 'openai'],
  ['accept_unproven', 'openai'],
  ['model_unresponsive', 'openai'],
  ['session_expired', 'openai'],
  ['sideband_lost', 'openai'],
  ['protocol_abuse', 'openai'],
  ['protocol_abuse', 'caller'],
  ['process_lost', 'denwaban'],
  ['drain_deadline', 'denwaban'],
  ['drain_deadline', 'caller'],
  ['ended_by_team', 'team'],
  ['internal_error', 'denwaban'],
  ['internal_error', 'agent'],
  ['internal_error', 'caller'],
] as const;

/** What became of a function call. */
export const TOOL_STATUSES = ['ok', 'refused', 'failed', 'timeout'] as const;

/** Sideband events that are not acted on. */
export const STRANGE_KINDS = ['ignored', 'malformed'] as const;

/** Things that should not happen. */
export const ALARM_CODES = [
  'accept_unauthorised',
  'accept_body_refused',
  'accept_rate_limited',
  'accept_timeout',
  'accept_unproven',
  'accept_crashed',
  'greeting_not_started',
  'no_response',
  'response_failed',
  'response_incomplete',
  'response_refused',
  'response_stuck',
  'closing_not_started',
  'too_many_calls',
  'tools_failing',
  'transfer_failed',
  'event_flood',
  'keypad_without_voice',
  'keypad_flood',
  'keypad_unsettled',
  'hangup_failed',
  'call_crashed',
  'call_missed',
  'call_reaped',
  'call_orphaned',
] as const;

/** What the outbox sends. */
export const OUTBOUND_KINDS = ['sms', 'email', 'webhook'] as const;

/** What became of one try to send, or what was found out about it later. */
export const SEND_OUTCOMES = [
  'sent',
  'refused',
  'busy',
  'unknown',
  'reconciled',
  'resent',
  'callback',
] as const;
