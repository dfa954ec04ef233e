import type {
  CallEnd,
  CallFields,
  CallRecord,
  CallSeat,
  CallState,
  ClaimInput,
  ClaimResult,
  NodeStanding,
  Renewal,
  TakenCall,
} from './call-ports.ts';
import type {
  MessageInput,
  MessageRecord,
  ToolBegin,
  ToolCallKey,
  ToolCallRecord,
  ToolStanding,
  ToolStatus,
} from './ledger-ports.ts';
import type { Owned, ProgressRecord, StoredProgress, TurnRecord, UsageRecord } from './transcript-ports.ts';

/**
 * What the service asks of its store. The SQL lives in src/store; everything else sees these shapes only.
 * All instants are ms since the Unix epoch. Every method rejects with DW_STORE_UNAVAILABLE when the store
 * does not answer within its deadline.
 */

export type * from './call-ports.ts';
export type * from './ledger-ports.ts';
export type * from './transcript-ports.ts';

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
   * Renews the leases of this node's calls in one statement, says that the node is there and how it stands, and asks the
   * same of the others.
   */
  renewLeases(
    node: string,
    seats: readonly CallSeat[],
    leaseMs: number,
    standing: NodeStanding,
  ): Promise<Renewal>;

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
