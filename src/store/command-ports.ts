import type { CallSeat } from './ports.ts';

/** What operators ask of live calls: written by any node, carried out once by the call's owner. Instants in ms. */

/** `say`: one sentence, word for word. `transfer`: to a key of TRANSFER_TARGETS. */
export type CallCommandKind = 'hang_up' | 'say' | 'transfer';

/** `done`, `refused` and `failed` are final. */
export type CallCommandState = 'waiting' | 'running' | 'done' | 'refused' | 'failed';

/** What is asked. */
export interface CommandInput {
  readonly commandId: string;
  readonly callId: string;
  readonly kind: CallCommandKind;
  /** Sentence or key; null for `hang_up`. */
  readonly argument: string | null;
  /** Name of a key of the API, or the program of the operator. */
  readonly requestedBy: string;
  readonly at: number;
}

export interface CommandRecord {
  readonly commandId: string;
  readonly callId: string;
  readonly kind: CallCommandKind;
  /** A sentence is empty once it was said, or not: then it stands in the transcript. */
  readonly argument: string | null;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly state: CallCommandState;
  /** Code of how it ended; null: it has not. */
  readonly result: string | null;
  readonly finishedAt: number | null;
}

/** A command that is to be carried out in this epoch of its call. */
export interface TakenCommand extends CommandRecord {
  readonly epoch: number;
}

/** How a command ended. */
export interface CommandEnd {
  readonly state: 'done' | 'refused' | 'failed';
  readonly result: string;
  readonly at: number;
}

export interface CommandStore {
  /** Asks something of a live call, once per `commandId`. The audit learns of it. */
  request(input: CommandInput): Promise<'asked' | 'over' | 'not_found'>;
  /**
   * What is to be done on the calls of these seats. What an earlier owner began and did not finish is failed, since it
   * may have been done; hanging up is repeated.
   *
   * @param known commands that this process is carrying out
   */
  take(seats: readonly CallSeat[], known: readonly string[]): Promise<TakenCommand[]>;
  /** Stores the result, once. @returns false when the command is not this epoch's, or has ended */
  finish(command: Pick<TakenCommand, 'commandId' | 'callId' | 'epoch'>, end: CommandEnd): Promise<boolean>;
  get(commandId: string): Promise<CommandRecord | null>;
  /** Commands of a call, oldest first. */
  list(callId: string): Promise<CommandRecord[]>;
}
