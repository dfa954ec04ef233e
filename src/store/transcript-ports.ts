/** What was said in a call, what it cost, and how far it has come. Instants are ms since the Unix epoch. */

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

/** What a taker reads of a call. */
export interface StoredProgress {
  /** Null: nothing was stored. */
  readonly body: unknown;
  /** Since the claim, ms of the database's clock. */
  readonly ageMs: number;
}
