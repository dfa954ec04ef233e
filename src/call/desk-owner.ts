import type { CallCase } from '../tools/call-case.ts';
import type { Evidence } from '../tools/evidence.ts';

/** What the desks of a call need of it: who called, what has been established and said, and its line. */
export interface DeskOwner {
  readonly callId: string;
  readonly epoch: number;
  readonly callerNumber: string | null;
  readonly callCase: CallCase;
  readonly evidence: Evidence;
  send(event: string): boolean;
  /** Stores what the call has established, when that has changed. Never rejects. */
  keepCase(): Promise<void>;
}
