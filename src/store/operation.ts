import { DenwabanError } from '../errors.ts';
import { type BackoffPolicy, fullJitter } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { pause, withDeadline } from '../lib/deadline.ts';
import type { Random } from '../lib/random.ts';
import { LostConnection, readFailure, sqlState, withoutValues } from './failure.ts';

/** Deadline of an operation, in ms: a caller is waiting on the telephone. */
export const OPERATION_TIMEOUT_MS = 1_500;

/** Tries after the first, for failures that pass by themselves. */
const MAX_RETRIES = 3;

/** Waits between tries: short, since the deadline is. */
const RETRY_BACKOFF: BackoffPolicy = { baseMs: 20, capMs: 200 };

/**
 * May the statement be sent again? `idempotent`: always. `rolled-back`: only when it had no effect.
 * `never`: a part of a transaction, which is repeated as a whole or not at all.
 */
export type Repeat = 'idempotent' | 'rolled-back' | 'never';

/** `unsure`: an earlier try may have been committed, though its answer was lost. */
export interface Attempt {
  readonly unsure: boolean;
  /** Whether the deadline has passed: nobody waits for the result any more. */
  late(): boolean;
}

/** Runs one operation of the store: see `createRunner`. */
export type Run = <T>(
  name: string,
  work: (attempt: Attempt) => Promise<T>,
  options?: { readonly timeoutMs?: number; readonly repeat?: Repeat },
) => Promise<T>;

export interface RunnerParts {
  readonly clock: Clock;
  readonly random: Random;
  /** The most that any operation may be repeated. */
  readonly repeat: Repeat;
  /** Told how long each operation took, ms; failed ones, too. `answered`: the store had a word for it, be it a refusal. */
  readonly onDone: (name: string, ms: number, answered: boolean) => void;
}

/**
 * Makes the function through which every statement goes: it sets the deadline, repeats what may be repeated,
 * and turns failures of the server into DW_STORE_UNAVAILABLE with the driver's error as cause. Errors that
 * tell of a bug pass as they are, freed of row values.
 */
export function createRunner(parts: RunnerParts): Run {
  const { clock } = parts;
  return async (name, work, options = {}) => {
    const timeoutMs = options.timeoutMs ?? OPERATION_TIMEOUT_MS;
    const repeat = parts.repeat === 'never' ? 'never' : (options.repeat ?? 'idempotent');
    const startedAt = clock.monotonic();
    let answered = true;
    try {
      return await withDeadline(
        clock,
        timeoutMs,
        attempts(parts, name, repeat, startedAt + timeoutMs, work),
        () => unavailable(name, `no answer within ${timeoutMs} ms`),
      );
    } catch (error) {
      answered = !isUnavailable(error);
      throw error;
    } finally {
      parts.onDone(name, clock.monotonic() - startedAt, answered);
    }
  };
}

async function attempts<T>(
  parts: RunnerParts,
  name: string,
  repeat: Repeat,
  giveUpAt: number,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  let unsure = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work({ unsure, late: () => parts.clock.monotonic() >= giveUpAt });
    } catch (error) {
      const failure = readFailure(error);
      if (failure.kind === 'bug') throw withoutValues(error);
      unsure ||= failure.unsure;
      const allowed = repeat === 'idempotent' || (repeat === 'rolled-back' && !unsure);
      const wait = fullJitter(RETRY_BACKOFF, attempt, parts.random);
      const late = parts.clock.monotonic() + wait >= giveUpAt;
      if (!failure.retry || !allowed || late || attempt >= MAX_RETRIES) {
        throw unavailable(name, reason(error), error);
      }
      await pause(parts.clock, wait);
    }
  }
}

/** DW_STORE_UNAVAILABLE for a named operation. */
export function unavailable(name: string, why: string, cause?: unknown): DenwabanError {
  const root = cause instanceof LostConnection ? cause.cause : cause;
  return new DenwabanError('DW_STORE_UNAVAILABLE', `store: ${name}: ${why}`, withoutValues(root));
}

function isUnavailable(error: unknown): boolean {
  return error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
}

function reason(error: unknown): string {
  const state = sqlState(error);
  if (state !== null) return `the server reports SQLSTATE ${state}`;
  const cause = error instanceof LostConnection ? error.cause : error;
  if (cause instanceof Error && 'code' in cause) return `the connection failed with ${String(cause.code)}`;
  return 'the connection failed';
}
