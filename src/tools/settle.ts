import { DenwabanError, describeError } from '../errors.ts';
import { fullJitter } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { ToolCallKey } from '../store/ports.ts';
import { answerOf, FAILED, storedAnswer, textOf, type Finished, type FunctionAnswer } from './answer.ts';
import type { AuditNote, ToolEffect, ToolOutcome, ToolTransaction } from './tool.ts';

/** Runs work in one transaction of the store: DW_STORE_UNAVAILABLE when its fate is open or it was not carried out. */
export type ToolTransact = <T>(work: (transaction: ToolTransaction) => Promise<T>) => Promise<T>;

/** How far a function call has come. */
export interface Progress {
  /** Its deadline has passed, and the model was told so. */
  late: boolean;
  /** An effect is being carried out. */
  storing: boolean;
}

/** A function call and the tool it is for. */
interface NamedCall extends ToolCallKey {
  readonly name: string;
}

/** What settling needs of the runner. */
export interface SettleParts {
  readonly transact: ToolTransact;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Waits between tries while the store is away, ms: the caller waits too. */
const RETRY_BACKOFF = { baseMs: 50, capMs: 500 } as const;

/**
 * Runs `work` again and again while the store is away, until the function call's deadline has passed: a caller who was
 * told to hold on is better served late than not.
 *
 * @throws what `work` threw last
 */
export async function throughOutage<T>(
  parts: Pick<SettleParts, 'clock' | 'random'>,
  progress: Pick<Progress, 'late'>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || progress.late) throw error;
    }
    await pause(parts.clock, RETRY_BACKOFF.baseMs + fullJitter(RETRY_BACKOFF, attempt, parts.random));
    if (progress.late) throw new DenwabanError('DW_STORE_UNAVAILABLE', 'store: away past the deadline');
  }
}

/**
 * Carries the effect out and closes the ledger, in one transaction. When the store does not say what became of the
 * transaction, it is run again until the deadline: it begins with the ledger, and finds there what it did.
 */
export async function settle(
  parts: SettleParts,
  call: NamedCall,
  wanted: ToolOutcome | ToolEffect,
  progress: Progress,
): Promise<FunctionAnswer> {
  let outcome: ToolOutcome | null = null;
  progress.storing = 'effect' in wanted;
  try {
    const stored = await throughOutage(parts, progress, async () =>
      parts.transact(async (transaction) => {
        if ('effect' in wanted) {
          const standing = await transaction.calls.holdToolCall(call);
          if (standing.outcome === 'finished') return standing;
        }
        outcome = null;
        const reached = 'effect' in wanted ? await wanted.effect(transaction) : wanted;
        outcome = reached;
        return close(transaction, parts, call, reached);
      }),
    );
    return answerFrom(stored, outcome);
  } catch (error) {
    if (isOutage(error) || !('effect' in wanted)) throw error;
    // The transaction was rolled back: nothing has happened, and that is the answer.
    progress.storing = false;
    parts.log.error({ call_id: call.callId, tool: call.name, reason: describeError(error) }, 'Tool failed');
    return settle(parts, call, FAILED, progress);
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
}

/** Closes the ledger with an outcome, and tells the audit of it. */
export async function close(
  { calls, audit }: ToolTransaction,
  { clock }: Pick<SettleParts, 'clock'>,
  call: NamedCall,
  outcome: ToolOutcome,
): Promise<Finished> {
  const at = clock.now();
  const output = textOf(outcome.output);
  const standing = await calls.finishToolCall(call, outcome.status, output, at);
  if (standing === output) {
    for (const note of notesOf(call, outcome)) audit({ ...note, callId: call.callId, at, actor: 'agent' });
  }
  return { status: outcome.status, output: standing };
}

/** What the audit learns of an outcome: that the function call was answered, and how; and what the tool adds. */
function notesOf(call: NamedCall, { status, output, audit = [] }: ToolOutcome): AuditNote[] {
  const code = output['status'] ?? output['error'];
  const payload = {
    function_call_id: call.functionCallId,
    tool: call.name,
    status,
    code: typeof code === 'string' ? code : null,
  };
  return [{ kind: 'tool.answered', payload }, ...audit];
}

/** The answer of the ledger; with what follows from it, if it is ours. */
function answerFrom(stored: Finished, outcome: ToolOutcome | null): FunctionAnswer {
  if (outcome === null || textOf(outcome.output) !== stored.output) {
    return { ...storedAnswer(stored), control: outcome?.control ?? null };
  }
  outcome.settled?.();
  return answerOf(outcome);
}
