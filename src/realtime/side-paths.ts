import type { Clock } from '../lib/clock.ts';
import { RetryBudget } from '../lib/retry-budget.ts';
import type { CallOutcome, CallsClient } from './calls.ts';

/** With the budget used up single retries show whether OpenAI is back: the first after this, each next after twice as long, ms. */
const PROBE = { baseMs: 2_000, capMs: 30_000 } as const;
/** Calls whose failed requests are remembered; far more than one process has. */
const MOST_CALLS = 10_000;

/** A retry that was not sent. Nothing has happened, as if there had been no connection. */
const HELD_BACK: CallOutcome = { kind: 'unreachable', code: 'retry_budget' };

export interface SidePathOptions {
  readonly clock: Clock;
  /** Told of each retry that was not sent. */
  readonly onHeldBack: (operation: SideOperation) => void;
}

/** Requests that nobody waits for on the telephone. */
export type SideOperation = 'reject' | 'refer' | 'hangup';

/**
 * Bounds the retries of everything but accept: a ringing telephone has its own deadline, and no breaker stands before it.
 * The first request of each kind on a call is always sent. Its repetitions come out of one budget; when that is used up,
 * one of them in a while is sent and the others are told `unreachable`, until any request is answered.
 */
export function guardSidePaths(client: CallsClient, options: SidePathOptions): CallsClient {
  const budget = new RetryBudget();
  const failed = new Set<string>();
  let probes = 0;
  let probeAt: number | null = null;

  const mayRepeat = (): boolean => {
    if (budget.spend()) return true;
    const now = options.clock.monotonic();
    probeAt ??= now + PROBE.baseMs;
    if (now < probeAt) return false;
    probes += 1;
    probeAt = now + Math.min(PROBE.capMs, PROBE.baseMs * 2 ** probes);
    return true;
  };
  const heard = (outcome: CallOutcome): CallOutcome => {
    if (!isAnswer(outcome)) return outcome;
    budget.refill();
    probes = 0;
    probeAt = null;
    return outcome;
  };
  const guarded = async (
    operation: SideOperation,
    callId: string,
    request: () => Promise<CallOutcome>,
  ): Promise<CallOutcome> => {
    const key = `${operation} ${callId}`;
    if (!failed.has(key)) budget.earn();
    else if (!mayRepeat()) {
      options.onHeldBack(operation);
      return HELD_BACK;
    }
    const outcome = heard(await request());
    if (isAnswer(outcome)) failed.delete(key);
    else remember(failed, key);
    return outcome;
  };

  return {
    accept: async (callId, body, timeoutMs) => heard(await client.accept(callId, body, timeoutMs)),
    reject: (callId, status) => guarded('reject', callId, () => client.reject(callId, status)),
    refer: (callId, target) => guarded('refer', callId, () => client.refer(callId, target)),
    hangUp: (callId) => guarded('hangup', callId, () => client.hangUp(callId)),
    warmUp: async () => heard(await client.warmUp()),
    close: () => client.close(),
  };
}

/** Whether OpenAI is there and carries requests out, whatever it thinks of this one. */
function isAnswer({ kind }: CallOutcome): boolean {
  return kind !== 'unavailable' && kind !== 'unreachable' && kind !== 'ambiguous' && kind !== 'rate_limited';
}

/** The oldest is forgotten first: it is then taken for a first request, which is the safe side. */
function remember(keys: Set<string>, key: string): void {
  keys.add(key);
  if (keys.size <= MOST_CALLS) return;
  const [oldest] = keys;
  if (oldest !== undefined) keys.delete(oldest);
}
