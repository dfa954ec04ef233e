import type { EmulatedCall, RestEntry, RestOperation } from '../../emulator/index.ts';
import type { Service } from './service.ts';

/** What a call left behind, for the verdicts of tests. */

/** The REST requests of one kind on a call, oldest first. */
export function requests(call: EmulatedCall, operation: RestOperation): RestEntry[] {
  return call.rest.filter((entry) => entry.operation === operation);
}

/** Statuses that the accepts of a call were answered with; 0: no answer. */
export function acceptStatuses(call: EmulatedCall): number[] {
  return requests(call, 'accept').map(({ status }) => status);
}

/** SIP codes that the service asked OpenAI to reject the call with. */
export function rejectCodes(call: EmulatedCall): unknown[] {
  return requests(call, 'reject').map(({ body }) => body);
}

/** Greetings that were asked for on the sideband. */
export function greetings(call: EmulatedCall): number {
  return call.wire.filter(
    ({ direction, event }) => direction === 'received' && event.type === 'response.create',
  ).length;
}

/** Codes of the alarms that were logged with this call's id. */
export function alarms(lines: readonly string[], callId: string): unknown[] {
  return logged(lines, callId).flatMap((line) => ('alarm' in line ? [line['alarm']] : []));
}

/** Log lines with this call's id, parsed. */
export function logged(lines: readonly string[], callId: string): Record<string, unknown>[] {
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['call_id'] === callId);
}

/** The value of one line of the metrics, such as `denwaban_alarms_total{code="x"}`; 0 when there is none. */
export async function metric(service: Service, name: string): Promise<number> {
  const text = await service.app.metrics.text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
