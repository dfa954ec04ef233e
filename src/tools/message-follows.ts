import { templateFor, waysTo } from '../briefing/change-message.ts';
import { isBlocked, type MessageQueue } from '../outbox/ports.ts';
import type { ChangeResult } from '../store/briefing-ports.ts';
import type { ToolTransaction } from './tool.ts';

/** Whether a message to the applicant follows a change that was stored. Only then may one be promised. */
export type FollowingMessage = 'follows' | 'none';

/**
 * Looks, beside the change, whether its message will be taken: something changed, the applicant can be written to in a way
 * that is set up, and no limit is used up.
 */
export async function followingMessage(
  queue: Pick<MessageQueue, 'foresee'>,
  result: ChangeResult,
  callId: string,
  { trx, briefings }: Pick<ToolTransaction, 'trx' | 'briefings'>,
): Promise<FollowingMessage> {
  if (result.outcome !== 'changed' || templateFor(result.event) === null) return 'none';
  const applicant = await briefings.getApplicant(result.registration.applicantId);
  for (const way of applicant === null ? [] : waysTo(applicant)) {
    const refusal = await queue.foresee(trx, { ...way, callId });
    if (refusal === null) return 'follows';
    if (!isBlocked(refusal)) return 'none';
  }
  return 'none';
}
