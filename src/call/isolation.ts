import { AsyncLocalStorage } from 'node:async_hooks';

/** Which call the running code works for: lets an error that nobody caught find its call. */
const currentCall = new AsyncLocalStorage<string>();

/** Runs a tool's code on behalf of a call. */
export function onBehalfOf<T>(callId: string, work: () => T): T {
  return currentCall.run(callId, work);
}

/** The call that the running code works for, or null. Works inside an unhandledRejection listener, too. */
export function callAtWork(): string | null {
  return currentCall.getStore() ?? null;
}
