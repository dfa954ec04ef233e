import type { Ending } from './conversation.ts';
import type { Ownership } from './last-requests.ts';
import type { CallSession } from './session.ts';

/** What is known of a call when it is accepted. */
export interface CallIdentity {
  readonly callId: string;
  readonly epoch: number;
  /** E.164, or null. */
  readonly callerNumber: string | null;
}

/** Who keeps the sessions. */
export interface SessionOwner extends Ownership {
  /** The conversation is over; the call's end is to be stored. */
  onSessionEnded(session: CallSession, ending: Ending): void;
  /** The hang-up failed: the call may still be up, and billed. */
  onSessionAbandoned(session: CallSession, ending: Ending): void;
}
