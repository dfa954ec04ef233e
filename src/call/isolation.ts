import { AsyncLocalStorage } from 'node:async_hooks';

/** Which call the running code works for: lets an error that nobody caught find its call. */
const currentCall = new AsyncLocalStorage<string>();

/** Runs a tool's code on behalf of a call. */
export function onBehalfOf<T>(callId: string, work: () => T): T {
  return currentCall.run(callId, work);
}

/**
 * The call that the running code works for, or null. Works in listeners of unhandledRejection and uncaughtException, too,
 * with one exception: Node 20 forgets it for a callback of queueMicrotask that throws.
 */
export function callAtWork(): string | null {
  return currentCall.getStore() ?? null;
}
