/**
 * What the service asks of its store. The SQL lives in src/store; everything else sees these shapes only.
 * All instants are ms since the Unix epoch. Every method rejects with DW_STORE_UNAVAILABLE when the store
 * does not answer within its deadline.
 */

/** Life of a call. `rejected`, `missed`, `failed` and `ended` are final. */
export type CallState =
  | 'claimed'
  | 'accepting'
  | 'accepted'
  | 'live'
  | 'ending'
  | 'ended'
  | 'rejected'
  | 'missed'
  | 'failed';

/** Why a call reached a final state: exactly one per call. */
export type EndReason =
  | 'completed'
  | 'caller_hangup'
  | 'caller_silent'
  | 'max_duration'
  | 'transferred'
  | 'policy_refused'
  | 'stale'
  | 'caller_left_before_accept'
  | 'accept_refused'
  | 'accept_unauthorised'
  | 'accept_rate_limited'
  | 'accept_timeout'
  | 'accept_unproven'
  | 'model_unresponsive'
  | 'session_expired'
  | 'sideband_lost'
  | 'protocol_abuse'
  | 'process_lost'
  | 'drain_deadline'
  | 'ended_by_team'
  | 'internal_error';

/** Who is answerable for the end. */
export type EndParty = 'caller' | 'agent' | 'team' | 'openai' | 'denwaban';

/** Whether the caller heard the greeting with its notices to the end. */
export type NoticeProof = 'pending' | 'played' | 'cut' | 'not_played' | 'unproven';

/** Most calls over all nodes. 0: no limit. */
export interface SeatLimits {
  /** At once. */
  readonly fleet: number;
  /** At once to one dialled number. */
  readonly perNumber: number;
  /** At once from one calling number. */
  readonly perCaller: number;
  /** Within an hour from one calling number; those that were refused do not count. */
  readonly perCallerAndHour: number;
}

/** Why a call got no place among those of all nodes. */
export type SeatRefusal = 'too_many_calls' | 'caller_busy' | 'number_full' | 'fleet_full';

/** What is stored of a ringing call, in one statement. */
export interface ClaimInput {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** created_at of the event. */
  readonly eventCreatedAt: number;
  readonly callId: string;
  /** SIP Call-ID header: the same INVITE may arrive as several events with different call ids. */
  readonly sipCallId: string | null;
  /** E.164, or null when withheld or unreadable. */
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  /** E.164 of the number that was dialled, or null when the trunk did not say. */
  readonly dialledNumber: string | null;
  /** Carrier's own id of the call, for example X-Twilio-CallSid. */
  readonly carrierCallId: string | null;
  readonly scenario: string;
  /** Version hash of the scenario. */
  readonly scenarioVersion: string;
  /** Id of the node that claims. */
  readonly node: string;
  /** The claim lapses after this many ms, and the sweeper may take it. */
  readonly leaseMs: number;
  /** `claimed`, or a final state at once (a stale event: `missed`). */
  readonly state: 'claimed' | 'missed';
  readonly endReason: EndReason | null;
  /** Limits that the call has to find a place within. Absent: it takes one in any case. */
  readonly limits?: SeatLimits;
  /** The call is refused, whoever else calls: it takes no place. */
  readonly refused?: boolean;
}

/** `claimed`: this node owns the call now. `duplicate`: this delivery, call id or SIP Call-ID is known. */
export type ClaimResult =
  | {
      readonly outcome: 'claimed';
      readonly epoch: number;
      /** Set when the limits left no place: the call is to be refused. */
      readonly refusal?: SeatRefusal;
    }
  | { readonly outcome: 'duplicate' };

/** Fields that a transition may set beside the state. Absent keys stay as they are. */
export interface CallFields {
  readonly acceptedAt?: number;
  readonly liveAt?: number;
  readonly noticeProof?: NoticeProof;
  readonly noticePlayedAt?: number;
  readonly noticeVersion?: string;
}

/** What is stored once when a call reaches a final state. */
export interface CallEnd {
  readonly state: 'ended' | 'rejected' | 'missed' | 'failed';
  readonly reason: EndReason;
  readonly party: EndParty;
  /** SIP status of a rejection, or a short detail code; no personal data. */
  readonly detail: string | null;
  readonly endedAt: number;
}

export interface CallRecord {
  readonly callId: string;
  readonly state: CallState;
  readonly epoch: number;
  readonly node: string;
  readonly callerNumber: string | null;
  readonly callerWithheld: boolean;
  readonly dialledNumber: string | null;
  readonly sipCallId: string | null;
  readonly carrierCallId: string | null;
  readonly scenario: string;
  readonly scenarioVersion: string;
  readonly eventCreatedAt: number;
  readonly claimedAt: number;
  readonly acceptedAt: number | null;
  readonly liveAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly endParty: EndParty | null;
  readonly endDetail: string | null;
  readonly noticeProof: NoticeProof;
  readonly noticePlayedAt: number | null;
  readonly noticeVersion: string | null;
  /** Sum of the call's usage rows, in US dollars; null when a model has no known price. */
  readonly costUsd: number | null;
  /** Why the call got no place among those of all nodes, `policy`: it was refused before it was asked; absent: it has one. */
  readonly seatRefusal?: SeatRefusal | 'policy';
}

/** Who spoke, or what happened, in one finished turn. */
export type TurnRole = 'caller' | 'agent' | 'tool' | 'keypad' | 'system';

/** `complete`: heard to its end. `cut`: stopped by the caller or by us. `partial`: the call ended first. */
export type TurnStatus = 'complete' | 'cut' | 'partial';

/** One finished turn. `(callId, turnKey)` is unique: storing it again updates text and status. */
export interface TurnRecord {
  readonly callId: string;
  /** Item id of the conversation, or another key that is stable over a re-delivery. */
  readonly turnKey: string;
  /** Order within the call. */
  readonly sequence: number;
  readonly role: TurnRole;
  readonly text: string;
  readonly status: TurnStatus;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly responseId: string | null;
}

/** Tokens of one response or transcription; cached tokens are a subset of the input tokens. */
export interface UsageRecord {
  readonly callId: string;
  /** Response id, or item id for a transcription: unique within the call. */
  readonly usageKey: string;
  readonly model: string;
  readonly kind: 'response' | 'transcription';
  readonly textIn: number;
  readonly textInCached: number;
  readonly audioIn: number;
  readonly audioInCached: number;
  readonly textOut: number;
  readonly audioOut: number;
  readonly seconds: number;
  /** US dollars, or null when the model has no known price. */
  readonly costUsd: number | null;
  readonly at: number;
}

/** A row as its writer hands it in: with the epoch in which it owns the call. Another epoch's rows are not stored. */
export type Owned<T> = T & { readonly epoch: number };

/** How far a call has come, for whoever takes it over. */
export interface ProgressRecord {
  readonly callId: string;
  readonly epoch: number;
  /** JSON of the call's own making. */
  readonly body: unknown;
}

/** A call and the epoch in which it is owned. */
export interface CallSeat {
  readonly callId: string;
  readonly epoch: number;
}

/** What a renewal of leases found. */
export interface Renewal {
  /** Calls that are still ours. */
  readonly ours: readonly string[];
  /** Other nodes that could take our calls: heard of lately, and not stopping. */
  readonly peers: number;
}

/** A call that was taken from a node that died, or that let go of it. */
export interface TakenCall extends CallRecord {
  readonly handedOver: boolean;
}

/** What a taker reads of a call. */
export interface StoredProgress {
  /** Null: nothing was stored. */
  readonly body: unknown;
  /** Since the claim, ms of the database's clock. */
  readonly ageMs: number;
}

/** Identity of one function call in the ledger. */
export interface ToolCallKey {
  readonly callId: string;
  readonly functionCallId: string;
  /** Epoch in which the writer owns the call. */
  readonly epoch: number;
}

export type ToolStatus = 'ok' | 'refused' | 'failed' | 'timeout';

/** `new`: run it. `finished`: answer with the stored output. `running`: recorded, not finished. */
export type ToolBegin =
  | { readonly outcome: 'new' }
  | { readonly outcome: 'finished'; readonly output: string; readonly status: ToolStatus }
  | { readonly outcome: 'running' };

/** What the ledger holds of a function call that was begun. */
export type ToolStanding = Exclude<ToolBegin, { outcome: 'new' }>;

export interface ToolCallRecord extends Omit<ToolCallKey, 'epoch'> {
  readonly name: string;
  readonly arguments: string;
  readonly status: ToolStatus | 'running';
  readonly output: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** A message taken for the team. `(callId, naturalKey)` is unique. */
export interface MessageInput {
  readonly callId: string;
  readonly naturalKey: string;
  readonly callerName: string | null;
  readonly callbackNumber: string | null;
  readonly body: string;
  readonly at: number;
}

export interface MessageRecord extends MessageInput {
  readonly messageId: string;
}

export interface CallStore {
  /**
   * Inserts inbox row, call row and lease in one statement. A claim that is stored after its deadline has been
   * reported as DW_STORE_UNAVAILABLE; its lease ends at once and takeLapsedCalls finds it.
   */
  claimCall(input: ClaimInput): Promise<ClaimResult>;

  /**
   * Moves a call on, if this epoch owns it and its state is one of `from`. Never to a final state (finishCall
   * does that) and never back, except from `ending` to `live`.
   *
   * @returns false when nothing matched: a newer owner, or a state that may not go to `to`
   */
  transition(
    callId: string,
    epoch: number,
    from: readonly CallState[],
    to: CallState,
    fields?: CallFields,
  ): Promise<boolean>;

  /** Sets fields without a change of state. @returns false when this epoch no longer owns the call, or it is final */
  setCallFields(callId: string, epoch: number, fields: CallFields): Promise<boolean>;

  /** Reaches a final state, once. @returns false when the call was final already or has a newer owner */
  finishCall(callId: string, epoch: number, end: CallEnd): Promise<boolean>;

  /**
   * Renews the leases of this node's calls in one statement, and says that the node is there.
   *
   * @param draining whether the node stops: it is no peer of others then
   */
  renewLeases(node: string, seats: readonly CallSeat[], leaseMs: number, draining: boolean): Promise<Renewal>;

  /** Lets go of calls, so that any node may take them at once. @returns those that were ours */
  releaseCalls(node: string, seats: readonly CallSeat[]): Promise<string[]>;

  /**
   * Of calls that were let go of in these epochs, those to which a later owner has attached, or that are final.
   *
   * @returns with the epoch as it is now
   */
  findSuccessors(seats: readonly CallSeat[]): Promise<CallSeat[]>;

  /** Says that the node is gone. */
  forgetNode(node: string): Promise<void>;

  /** How far an open call has come. @returns null for a call that is unknown or final */
  readProgress(callId: string): Promise<StoredProgress | null>;

  /**
   * Takes up to `limit` non-final calls whose lease has lapsed: node and epoch become ours.
   * SKIP LOCKED, so that several nodes may sweep at once.
   *
   * @param except calls that this process serves: a lease that lapsed in an outage is renewed, not taken
   */
  takeLapsedCalls(
    node: string,
    leaseMs: number,
    limit: number,
    except?: readonly string[],
  ): Promise<TakenCall[]>;

  getCall(callId: string): Promise<CallRecord | null>;
  /** Newest first. */
  listCalls(limit: number): Promise<CallRecord[]>;
  listTurns(callId: string): Promise<TurnRecord[]>;
  listToolCalls(callId: string): Promise<ToolCallRecord[]>;
  listUsage(callId: string): Promise<UsageRecord[]>;
  listMessages(limit: number): Promise<MessageRecord[]>;

  /** Stores turns, usage and progress of any calls in one statement. Idempotent by their keys. */
  appendTranscript(
    turns: readonly Owned<TurnRecord>[],
    usage: readonly Owned<UsageRecord>[],
    progress?: readonly ProgressRecord[],
  ): Promise<void>;

  /** Records a function call before it runs. DW_CALL_LOST when the key's epoch no longer owns the call. */
  beginToolCall(key: ToolCallKey, name: string, args: string, at: number): Promise<ToolBegin>;
  /**
   * What the ledger holds of a function call, kept from others until the transaction ends: call it through
   * `transact`, before the effect. DW_TOOL when it was never begun.
   */
  holdToolCall(key: ToolCallKey): Promise<ToolStanding>;
  /**
   * Stores the output of a function call that was begun (DW_TOOL when it was not).
   *
   * @returns the output that stands in the ledger: an earlier one wins
   */
  finishToolCall(key: ToolCallKey, status: ToolStatus, output: string, at: number): Promise<string>;

  /** Stores a message once per `(callId, naturalKey)`. @returns its id, and whether it was there already */
  saveMessage(input: MessageInput): Promise<{ messageId: string; duplicate: boolean }>;

  /** Answers when the store does. */
  ping(): Promise<void>;
}

/** Ends calls that nobody has ended. */
export interface CallReaper {
  /**
   * Ends open calls that were claimed longer ago than `maxAgeMs`, whoever owns them.
   *
   * @returns the calls that were ended, and how many older than `overMaxMs` are open still
   */
  reap(maxAgeMs: number, overMaxMs: number): Promise<{ reaped: readonly string[]; overMax: number }>;
}

/** Counts claims of identity that named nobody, per calling number and day. */
export interface IdentityTries {
  /**
   * Counts one more, unless there are as many as there may be. Who has taken one inside a transaction keeps rivals of
   * the same number waiting until it ends.
   *
   * @param number E.164
   * @param day `YYYY-MM-DD` in Japan
   * @returns how many there are now, or null: none is left
   */
  take(number: string, day: string, most: number): Promise<number | null>;
  /** Takes one back that was none. */
  giveBack(number: string, day: string): Promise<void>;
}
