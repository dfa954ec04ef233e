import type { Generated } from 'kysely';
import type { CallCommandKind, CallCommandState } from './command-ports.ts';
import type { LeadState, LeadTopic } from './lead-ports.ts';
import type {
  ApplicantsTable,
  BriefingsTable,
  OutboxEventsTable,
  RegistrationEventsTable,
  RegistrationsTable,
  SlotsTable,
} from './briefing/tables.ts';
import type {
  CallState,
  EndParty,
  EndReason,
  NoticeProof,
  SeatRefusal,
  ToolStatus,
  TurnRole,
  TurnStatus,
} from './ports.ts';

/** Every webhook delivery that was stored, also those of calls that were known already. */
export interface InboxTable {
  webhook_id: string;
  event_id: string;
  event_type: string;
  event_created_at: Date;
  call_id: string;
  received_at: Generated<Date>;
}

export interface CallsTable {
  call_id: string;
  sip_call_id: string | null;
  carrier_call_id: string | null;
  state: CallState;
  node: string;
  epoch: Generated<number>;
  /** Tells a repeated claim statement from a second delivery: random, one per claim. */
  claim_token: string;
  lease_until: Date;
  caller_number: string | null;
  caller_withheld: boolean;
  dialled_number: string | null;
  scenario: string;
  scenario_version: string;
  event_created_at: Date;
  claimed_at: Generated<Date>;
  accepted_at: Date | null;
  live_at: Date | null;
  ended_at: Date | null;
  end_reason: EndReason | null;
  end_party: EndParty | null;
  end_detail: string | null;
  notice_proof: Generated<NoticeProof>;
  notice_played_at: Date | null;
  notice_version: string | null;
  /** Let go of by its owner on purpose, and not taken yet. */
  handed_over: Generated<boolean>;
  /** Why the call takes no place; `policy`: refused before places were counted. Null: it takes one while it is open. */
  seat_refusal: Generated<SeatRefusal | 'policy' | null>;
  /** When numbers and words of the call were removed. */
  content_erased_at: Generated<Date | null>;
}

/** How far a live call has come: gone when it is over. */
export interface CallProgressTable {
  call_id: string;
  epoch: number;
  body: unknown;
  saved_at: Date;
}

/** What an operator asks of a live call, and what came of it. */
export interface CallCommandsTable {
  command_id: string;
  call_id: string;
  kind: CallCommandKind;
  argument: string | null;
  requested_by: string;
  requested_at: Generated<Date>;
  state: Generated<CallCommandState>;
  epoch: number | null;
  result: string | null;
  finished_at: Date | null;
}

/** Processes that share the store, and when each was last heard of. */
export interface NodesTable {
  node: string;
  seen_at: Date;
  draining: boolean;
  room: boolean;
}

export interface TurnsTable {
  call_id: string;
  turn_key: string;
  sequence: number;
  role: TurnRole;
  text: string;
  status: TurnStatus;
  started_at: Date;
  ended_at: Date;
  response_id: string | null;
}

/** The ledger of function calls. */
export interface ToolCallsTable {
  call_id: string;
  function_call_id: string;
  name: string;
  arguments: string;
  status: ToolStatus | 'running';
  output: string | null;
  /** Tells a repeated insert from a second sight of the function call: random, one per begin. */
  begin_token: string;
  started_at: Date;
  finished_at: Date | null;
}

export interface UsageTable {
  call_id: string;
  usage_key: string;
  model: string;
  kind: 'response' | 'transcription';
  text_in: number;
  text_in_cached: number;
  audio_in: number;
  audio_in_cached: number;
  text_out: number;
  audio_out: number;
  seconds: number;
  cost_usd: number | null;
  at: Date;
}

export interface MessagesTable {
  message_id: string;
  call_id: string;
  natural_key: string;
  caller_name: string | null;
  callback_number: string | null;
  body: string;
  at: Date;
}

/** People who are not on the roster. */
export interface LeadsTable {
  lead_id: string;
  /** E.164. */
  phone: string;
  /** `searchKey` of the name. */
  kana_key: string;
  kana_name: string;
  university: string | null;
  state: Generated<LeadState>;
  callback_at: Date | null;
  created_at: Date;
  updated_at: Date;
  done_at: Date | null;
  done_by: string | null;
}

/** What a lead asked for, call by call. */
export interface LeadContactsTable {
  call_id: string;
  natural_key: string;
  lead_id: string;
  topic: LeadTopic;
  note: string | null;
  callback_at: Date | null;
  at: Date;
}

/** Messages and webhooks that leave, or have left. */
export interface OutboundMessagesTable {
  message_id: string;
  kind: 'sms' | 'email' | 'webhook';
  template_key: string;
  recipient: string;
  body: string;
  subject: string | null;
  /** iCalendar object of a mail about a registration. */
  calendar: string | null;
  call_id: string | null;
  applicant_id: string | null;
  natural_key: string;
  state: Generated<'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'failed' | 'dead'>;
  resolution: 'direct' | 'reconciled' | 'resent' | 'callback' | null;
  attempts: Generated<number>;
  due_at: Date;
  not_after: Date;
  first_tried_at: Date | null;
  /** When it was last handed to the sender. */
  handed_at: Date | null;
  /** Tells the worker that sends it from one that was slow and lost it. */
  claim_token: string | null;
  lease_until: Date | null;
  provider_id: string | null;
  detail: string | null;
  created_at: Date;
  sent_at: Date | null;
}

/** Messages counted against a limit. */
export interface OutboundCountsTable {
  scope: 'call' | 'number' | 'budget';
  key: string;
  used: number;
  expires_at: Date;
}

/** Claims of identity that named nobody, per calling number and day. */
export interface IdentityTriesTable {
  number_hash: string;
  day: Date;
  tries: number;
}

/** Runs that remove what is past its time. */
export interface RetentionRunsTable {
  run_id: string;
  kind: 'daily' | 'manual';
  /** In Asia/Tokyo. */
  day: Date;
  /** Tells the node that works on the run from one that lost it. */
  token: string;
  lease_until: Date;
  started_at: Date;
  finished_at: Date | null;
  /** Rows by class. */
  removed: unknown;
  /** Instants by class. */
  next_due: unknown;
}

/** That a person was erased, and how much went; nothing that names anybody. */
export interface ErasuresTable {
  erasure_id: string;
  at: Date;
  removed: unknown;
}

export interface ApiKeysTable {
  key_id: string;
  name: string;
  /** SHA-256 of the key, hex. */
  hash: string;
  scopes: string[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

/** What a write of the REST API was answered, for requests that come again. */
export interface ApiAnswersTable {
  key_id: string;
  idempotency_key: string;
  fingerprint: string;
  status: number;
  headers: unknown;
  body: string;
  expires_at: Date;
}

/** Tables as both engines return them: timestamptz as Date, bigint and numeric as number. */
export interface Database {
  inbox: InboxTable;
  calls: CallsTable;
  call_progress: CallProgressTable;
  call_commands: CallCommandsTable;
  nodes: NodesTable;
  turns: TurnsTable;
  tool_calls: ToolCallsTable;
  usage: UsageTable;
  messages: MessagesTable;
  leads: LeadsTable;
  lead_contacts: LeadContactsTable;
  briefings: BriefingsTable;
  slots: SlotsTable;
  applicants: ApplicantsTable;
  registrations: RegistrationsTable;
  registration_events: RegistrationEventsTable;
  outbox_events: OutboxEventsTable;
  outbound_messages: OutboundMessagesTable;
  outbound_counts: OutboundCountsTable;
  identity_tries: IdentityTriesTable;
  retention_runs: RetentionRunsTable;
  erasures: ErasuresTable;
  api_keys: ApiKeysTable;
  api_answers: ApiAnswersTable;
}
