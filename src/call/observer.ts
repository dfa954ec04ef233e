import type { EndParty, EndReason, ToolStatus } from '../store/ports.ts';
import type { TokenUsage } from '../realtime/events.ts';
import type { PolicyRule } from './policy.ts';

/** What a call reports to whoever keeps figures. No method may throw. */
export interface CallObserver {
  /** From the first attempt to session.created, ms. */
  attached(outcome: 'live' | 'not_found' | 'failed', ms: number): void;
  detached(cause: string): void;
  /** A call of another node was taken over, or was found to be gone. */
  takenOver(outcome: 'live' | 'not_found' | 'failed'): void;
  /** Outcome of one accept request. */
  accepted(outcome: string): void;
  /** A call is not answered, by this rule. */
  refused(rule: PolicyRule): void;
  /** From the end of the caller's speech to the beginning of the agent's, ms. */
  responseGap(ms: number): void;
  toolAnswered(name: string, status: ToolStatus, ms: number): void;
  usage(model: string, kind: 'response' | 'transcription', usage: TokenUsage, costUsd: number | null): void;
  /** An event that is unknown or not of the documented shape. */
  strangeEvent(kind: 'ignored' | 'malformed'): void;
  alarm(code: string): void;
  ended(reason: EndReason, party: EndParty): void;
}
