import type { ApiAnswers, ApiStore } from './api-ports.ts';
import { findAnswer, forgetAnswers, lockAnswer, saveAnswer } from './api/answers.ts';
import { createKey, findKey, listKeys, revokeKey, touchKey } from './api/keys.ts';
import { listApplicants, listCalls, listMessages, listRegistrations } from './api/lists.ts';
import type { StoreContext } from './context.ts';

/** The store's operations for the REST API. */
export function createApiStore(context: StoreContext): ApiStore {
  return {
    createKey: async (key) => createKey(context, key),
    findKey: async (hash) => findKey(context, hash),
    touchKey: async (keyId, at) => touchKey(context, keyId, at),
    listKeys: async () => listKeys(context),
    revokeKey: async (idOrName, at) => revokeKey(context, idOrName, at),
    forgetAnswers: async (at) => forgetAnswers(context, at),
    listRegistrations: async (query, page) => listRegistrations(context, query, page),
    listApplicants: async (page) => listApplicants(context, page),
    listCalls: async (query, page) => listCalls(context, query, page),
    listMessages: async (callId, page) => listMessages(context, callId, page),
  };
}

/** The answers of writes; `context` is a transaction. */
export function createApiAnswers(context: StoreContext): ApiAnswers {
  return {
    lock: async (key) => lockAnswer(context, key),
    find: async (key, at) => findAnswer(context, key, at),
    save: async (key, answer, expiresAt) => saveAnswer(context, key, answer, expiresAt),
  };
}
