import { claimCall } from './claim.ts';
import type { StoreContext } from './context.ts';
import { beginToolCall, finishToolCall } from './ledger.ts';
import { finishCall, renewLeases, setCallFields, takeLapsedCalls, transition } from './lifecycle.ts';
import { saveMessage } from './messages.ts';
import type { CallStore } from './ports.ts';
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
    renewLeases: async (node, callIds, leaseMs) => renewLeases(context, node, callIds, leaseMs),
    takeLapsedCalls: async (node, leaseMs, limit, except = []) =>
      takeLapsedCalls(context, node, leaseMs, limit, except),
    getCall: async (callId) => getCall(context, callId),
    listCalls: async (limit) => listCalls(context, limit),
    listTurns: async (callId) => listTurns(context, callId),
    listToolCalls: async (callId) => listToolCalls(context, callId),
    listUsage: async (callId) => listUsage(context, callId),
    listMessages: async (limit) => listMessages(context, limit),
    appendTranscript: async (turns, usage) => appendTranscript(context, turns, usage),
    beginToolCall: async (key, name, args, at) => beginToolCall(context, key, name, args, at),
    finishToolCall: async (key, status, output, at) => finishToolCall(context, key, status, output, at),
    saveMessage: async (input) => saveMessage(context, input),
    ping: async () => ping(context),
  };
}
