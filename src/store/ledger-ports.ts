/** What the model asked for in a call, and the messages that came of it. Instants are ms since the Unix epoch. */

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
