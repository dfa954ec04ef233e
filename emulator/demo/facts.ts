import { pause } from '../../src/lib/deadline.ts';
import { readAttendance } from './attendance.ts';
import type { OutboundRecord } from '../../src/outbox/ports.ts';
import type { EmulatedCall } from '../types.ts';
import type { House } from './house.ts';
import { type CallFacts, functionCallsOn } from './verdict.ts';

/** The end of a call is stored by then, ms of the clock. */
const STORED_WITHIN_MS = 10_000;
const LOOK_MS = 50;
/** Messages have left by then, ms of the machine. */
const SENT_WITHIN_MS = 15_000;

/** Waits until the end of the call is stored, or the time for that is over; the verdict tells which. */
export async function settled(house: House, call: EmulatedCall): Promise<void> {
  const { clock } = house;
  const deadline = clock.monotonic() + STORED_WITHIN_MS;
  while (clock.monotonic() < deadline) {
    const stored = await house.app.store.calls.getCall(call.id);
    if (stored !== null && stored.endedAt !== null) break;
    await pause(clock, LOOK_MS);
  }
  await house.app.recorder.flush();
}

/**
 * Gathers what is known of a call that is over.
 *
 * @param webhookStatus answer to the webhook that told of it
 */
export async function collectFacts(
  house: House,
  call: EmulatedCall,
  webhookStatus: number,
): Promise<CallFacts> {
  const { calls: store, briefings } = house.app.store;
  const { entries } = await readAttendance(briefings);
  const messages = await store.listMessages(100);
  return {
    call: await store.getCall(call.id),
    turns: await store.listTurns(call.id),
    tools: await store.listToolCalls(call.id),
    messages: messages.filter(({ callId }) => callId === call.id),
    webhookStatus,
    endedBy: call.endedBy,
    heard: call.heard,
    sidebands: call.connections,
    functionCalls: functionCallsOn(call.wire),
    changes: entries.flatMap(({ line, history }) =>
      history
        .filter(({ source }) => source.kind === 'caller' && source.evidence.callId === call.id)
        .map((event) => ({ code: line.applicant.reservationCode, event })),
    ),
  };
}

/** Waits until every message to a person has left; the verdict tells when one has not. */
export async function messagesSent(house: House): Promise<readonly OutboundRecord[]> {
  // Durable jobs are polled by the machine's own clock.
  const deadline = performance.now() + SENT_WITHIN_MS;
  for (;;) {
    const messages = await house.app.outbox.list({}, 100);
    const waiting = messages.some(({ state }) => state === 'queued' || state === 'sending');
    if (!waiting || performance.now() > deadline) return messages;
    await pause(house.clock, LOOK_MS);
  }
}
