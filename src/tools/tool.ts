import type { Static, TSchema } from 'typebox';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { CallStore } from '../store/ports.ts';
import type { CallCase } from './call-case.ts';
import type { Evidence } from './evidence.ts';

/** JSON that goes back to the model. Only what the model needs to say the next sentence. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** What the call does after the output was sent. */
export type ToolControl =
  | { readonly kind: 'end_call'; readonly outcome: string }
  | { readonly kind: 'transfer'; readonly targetKey: string }
  /** The agent says exactly this next, and nothing else. */
  | { readonly kind: 'say'; readonly sentence: string };

export interface ToolOutcome {
  readonly status: 'ok' | 'refused' | 'failed';
  readonly output: ToolOutput;
  readonly control?: ToolControl;
}

/** The call on whose behalf a tool runs. Tools act on this call only; no argument names a person. */
export interface ToolContext {
  readonly callId: string;
  readonly functionCallId: string;
  /** E.164 of the caller, or null when withheld or unreadable. */
  readonly callerNumber: string | null;
  readonly store: CallStore;
  /** What this call has established. */
  readonly callCase: CallCase;
  /** What was heard in this call. */
  readonly evidence: Evidence;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the hard deadline has passed or the call is over. */
  readonly signal: AbortSignal;
}

/**
 * One tool. `parameters` is sent to the model and checked on the way back.
 * `read` has no effect and may run twice; `write` and `control` run once per function call, by the ledger.
 */
export interface Tool<S extends TSchema = TSchema> {
  readonly name: string;
  /** For the model: when to use it, in English. */
  readonly description: string;
  readonly parameters: S;
  readonly effect: 'read' | 'write' | 'control';
  run(args: Static<S>, context: ToolContext): Promise<ToolOutcome>;
}
