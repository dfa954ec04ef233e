import type { QueryExecutorProvider } from 'kysely';
import type { Static, TSchema } from 'typebox';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AuditEntry } from '../store/audit-ports.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import type { LeadStore } from '../store/lead-ports.ts';
import type { CallStore, IdentityTries } from '../store/ports.ts';
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
  /**
   * Runs when this outcome stands in the ledger, and only then: the place to change the call's case. It must not throw.
   */
  readonly settled?: () => void;
  /** For the audit, stored with the outcome: ids and codes, nothing that names a person. */
  readonly audit?: readonly AuditNote[];
}

/** What a tool has to say to the audit. */
export type AuditNote = Pick<AuditEntry, 'kind' | 'payload'>;

/** The open transaction in which an effect happens. Its handles are dead afterwards. */
export interface ToolTransaction {
  readonly calls: CallStore;
  readonly briefings: BriefingStore;
  readonly tries: IdentityTries;
  readonly leads: LeadStore;
  /** For what other modules store with the effect, such as a message in the outbox. */
  readonly trx: QueryExecutorProvider;
  /** Notes what the audit has to know; it is stored with the transaction. */
  readonly audit: (entry: AuditEntry) => void;
}

/**
 * What a tool wants to have done. It is carried out in the one transaction that also closes the ledger: all of it
 * happens, once per function call, or nothing. It may run more than once before it is committed, so it has no effect
 * but through the transaction and waits for nothing else; questions and waiting belong into `run`.
 */
export interface ToolEffect {
  readonly effect: (transaction: ToolTransaction) => Promise<ToolOutcome>;
}

/** The call on whose behalf a tool runs. Tools act on this call only; no argument names a person. */
export interface ToolContext {
  readonly callId: string;
  readonly functionCallId: string;
  /** E.164 of the caller, or null when withheld or unreadable. */
  readonly callerNumber: string | null;
  /** For reading: what is written goes through an effect. */
  readonly store: Pick<CallStore, 'getCall' | 'listTurns' | 'listToolCalls' | 'listMessages' | 'ping'>;
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
 * `read` has no effect and may run twice. `write` changes something, by the effect that its `run` returns and by
 * nothing else. `control` acts on the call.
 */
export interface Tool<S extends TSchema = TSchema> {
  readonly name: string;
  /** For the model: when to use it, in English. */
  readonly description: string;
  readonly parameters: S;
  readonly effect: 'read' | 'write' | 'control';
  /** Decides what to answer or, for `write` only, what is to be done. */
  run(args: Static<S>, context: ToolContext): Promise<ToolOutcome | ToolEffect>;
}
