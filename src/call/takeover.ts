import { describeError } from '../errors.ts';
import type { CallStore, StoredProgress, TakenCall, ToolCallRecord } from '../store/ports.ts';
import type { CallCase } from '../tools/call-case.ts';
import type { Conversation } from './conversation.ts';
import type { CallManager } from './manager.ts';
import type { CallServices } from './services.ts';
import { nextSequence, standingMessage, unansweredCalls } from './takeover-plan.ts';
import {
  readProgress,
  restoreCase,
  restoreConversation,
  unfinishedOf,
  type Unfinished,
} from './takeover-progress.ts';

/** What a node takes over of a call. */
export interface Inheritance {
  readonly conversation: Conversation;
  readonly unfinished: Unfinished;
  /** Since the call was claimed, ms. */
  readonly ageMs: number;
  /** First place in the order of turns. */
  readonly sequence: number;
  readonly unanswered: readonly ToolCallRecord[];
  /** Tells the model where the conversation stands. */
  readonly standing: string;
  /** Puts back what the call has established. */
  restore(callCase: CallCase): void;
}

/** A call that was taken is attached to within this, tries included: a caller waits in silence, ms. */
const ATTACH_MS = 8_000;

/**
 * Goes on with a call that was answered: attaches its sideband, and continues from what the store tells. A call that is
 * not there any more is ended in the store.
 */
export async function takeOver(
  services: CallServices,
  manager: CallManager,
  call: TakenCall,
  progress: StoredProgress,
): Promise<void> {
  const { log, store, clock, observer } = services;
  const { callId, epoch, callerNumber } = call;
  const startedAt = clock.monotonic();
  const session = manager.createSession({ callId, epoch, callerNumber });
  try {
    const inheritance = await inherit(store, call, progress);
    const result = await session.takeOver(inheritance, ATTACH_MS);
    const ms = Math.round(clock.monotonic() - startedAt);
    observer.takenOver(result);
    log.warn({ call_id: callId, epoch, result, ms }, 'Call taken over');
  } catch (error) {
    // The lease lapses and somebody tries again, from the beginning.
    log.error({ call_id: callId, reason: describeError(error) }, 'Call not taken over, trying again');
    manager.letGo(callId);
  }
}

async function inherit(
  store: CallStore,
  call: TakenCall,
  { body, ageMs }: StoredProgress,
): Promise<Inheritance> {
  const [turns, toolCalls] = await Promise.all([
    store.listTurns(call.callId),
    store.listToolCalls(call.callId),
  ]);
  const progress = readProgress(body);
  return {
    conversation: restoreConversation(
      progress,
      call.noticeProof,
      turns.length === 0 && toolCalls.length === 0,
    ),
    unfinished: unfinishedOf(progress),
    ageMs,
    sequence: nextSequence(turns),
    unanswered: unansweredCalls(toolCalls, turns),
    standing: standingMessage(progress),
    restore: (callCase) => {
      if (progress !== null) restoreCase(callCase, progress);
    },
  };
}
