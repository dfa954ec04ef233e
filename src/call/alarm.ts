import type { CallServices } from './services.ts';

/** Something that should not happen to a call: counted, and logged with the call's id, so that somebody looks at it. */
export function raiseAlarm(
  services: Pick<CallServices, 'log' | 'observer'>,
  callId: string,
  code: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  services.log.error({ call_id: callId, alarm: code, ...fields }, 'Call needs attention');
  services.observer.alarm(code);
}
