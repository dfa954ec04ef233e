import type { CallStore } from '../store/ports.ts';
import { naturalKey } from './natural-key.ts';
import type { ToolContext } from './tool.ts';

/** What the team is to know of a call. */
export interface TeamMessage {
  /** As given or on file; null: not known. */
  readonly callerName: string | null;
  /** E.164, or null. */
  readonly callbackNumber: string | null;
  readonly body: string;
}

/** Keeps a message for the team; the same message twice in a call is kept once. */
export async function keepMessage(
  calls: Pick<CallStore, 'saveMessage'>,
  { callId, clock }: Pick<ToolContext, 'callId' | 'clock'>,
  message: TeamMessage,
): Promise<{ readonly duplicate: boolean }> {
  return calls.saveMessage({
    callId,
    naturalKey: naturalKey([message.callerName ?? '', message.body]),
    ...message,
    at: clock.now(),
  });
}
