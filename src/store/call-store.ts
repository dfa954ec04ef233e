import type { Atomic } from './atomic.ts';
import { claimCall } from './claim.ts';
import type { StoreContext } from './context.ts';
import { beginToolCall, finishToolCall, holdToolCall } from './ledger.ts';
import { findSuccessors, forgetNode, releaseCalls, renewLeases, takeLapsedCalls } from './lease.ts';
import { finishCall, setCallFields, transition } from './lifecycle.ts';
import { saveMessage } from './messages.ts';
import type { CallState, CallStore } from './ports.ts';
import { readProgress } from './progress.ts';
import { getCall, listCalls, listMessages, listToolCalls, listTurns, listUsage, ping } from './queries.ts';
import { appendTranscript } from './transcript.ts';

/** The store's operations over one connection pool, embedded engine or transaction. */
export function createCallStore(context: StoreContext): CallStore {
  return {
    claimCall: async (input) => claimCall(context, input),
    transition: async (callId, epoch, from, to, fields) =>
      transition(context, callId, epoch, from, to, fields),
    setCallFields: async (callId, epoch, fields) => setCallFields(context, callId, epoch, fields),
    finishCall: async (callId, epoch, end) => finishCall(context, callId, epoch, end),
    renewLeases: async (node, seats, leaseMs, standing) =>
      renewLeases(context, node, seats, leaseMs, standing),
    releaseCalls: async (node, seats) => releaseCalls(context, node, seats),
    findSuccessors: async (seats) => findSuccessors(context, seats),
    forgetNode: async (node) => forgetNode(context, node),
    readProgress: async (callId) => readProgress(context, callId),
    takeLapsedCalls: async (node, leaseMs, limit, except = []) =>
      takeLapsedCalls(context, node, leaseMs, limit, except),
    getCall: async (callId) => getCall(context, callId),
    listCalls: async (limit) => listCalls(context, limit),
    listTurns: async (callId) => listTurns(context, callId),
    listToolCalls: async (callId) => listToolCalls(context, callId),
    listUsage: async (callId) => listUsage(context, callId),
    listMessages: async (limit) => listMessages(context, limit),
    appendTranscript: async (turns, usage, progress) => appendTranscript(context, turns, usage, progress),
    beginToolCall: async (key, name, args, at) => beginToolCall(context, key, name, args, at),
    holdToolCall: async (key) => holdToolCall(context, key),
    finishToolCall: async (key, status, output, at) => finishToolCall(context, key, status, output, at),
    saveMessage: async (input) => saveMessage(context, input),
    ping: async () => ping(context),
  };
}

/**
 * The same operations outside of a transaction: what the audit has to know is stored in one with what happened. The
 * accept of a ringing call has no part in this.
 */
export function auditedCalls(plain: CallStore, atomic: Atomic, claimTimeoutMs: number): CallStore {
  return {
    ...plain,
    claimCall: async (input) =>
      input.state === 'claimed'
        ? plain.claimCall(input)
        : atomic('claimCall', async ({ calls }) => calls.claimCall(input), { timeoutMs: claimTimeoutMs }),
    transition: async (callId, epoch, from, to, fields) =>
      to === 'live'
        ? atomic(
            'transition',
            async ({ calls }, { unsure }) =>
              (await calls.transition(callId, epoch, from, to, fields)) ||
              (unsure && (await isIn(calls, callId, epoch, to))),
          )
        : plain.transition(callId, epoch, from, to, fields),
    setCallFields: async (callId, epoch, fields) =>
      fields.noticeProof === undefined
        ? plain.setCallFields(callId, epoch, fields)
        : atomic('setCallFields', async ({ calls }) => calls.setCallFields(callId, epoch, fields)),
    finishCall: async (callId, epoch, end) =>
      atomic(
        'finishCall',
        async ({ calls }, { unsure }) =>
          (await calls.finishCall(callId, epoch, end)) ||
          // Only this epoch could have finished the call, so its final state is the work of the lost try.
          (unsure && (await isIn(calls, callId, epoch, end.state))),
      ),
  };
}

async function isIn(calls: CallStore, callId: string, epoch: number, state: CallState): Promise<boolean> {
  const call = await calls.getCall(callId);
  return call?.epoch === epoch && call.state === state;
}
