import type { Test } from 'tap';
import type { EmulatedCall, Model, RingOptions, WireEntry } from '../../emulator/index.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { greeted, hears, startService, storedEnd, type Service, type ServiceOptions } from './service.ts';

/** Real time that a test waits for anything, ms. */
const PATIENCE_MS = 5_000;
/** The clock is turned in steps that no heartbeat and no deadline falls through, ms. */
const SLICE_MS = 1_000;
/** Turns of the event loop in which everything on the loopback has arrived. */
const ROUNDS = 50;

/**
 * The service on a clock that the test turns; the telephone and the network keep real time. All calls of a file
 * together may turn the clock by less than the 300 s that a webhook's timestamp is worth.
 */
export interface Talk extends Service {
  readonly clock: ManualClock;
  /** Rings; the age of the call is told by the turned clock. */
  call(model: Model, options?: RingOptions): Promise<EmulatedCall>;
  /** Rings, and waits until the greeting was heard. */
  greetedCall(model: Model, options?: RingOptions): Promise<EmulatedCall>;
  /** Lets what is under way arrive, then time pass; the network keeps up with it. */
  pass(ms: number): Promise<void>;
  /** The call as it is stored in the end. */
  stored(call: EmulatedCall): ReturnType<typeof storedEnd>;
}

export async function startTalk(t: Test, options: Omit<ServiceOptions, 'clock'> = {}): Promise<Talk> {
  const clock = new ManualClock(Date.now());
  const service = await startService(t, { ...options, clock });
  const call = (model: Model, ring: RingOptions = {}) =>
    service.emulator.ring({ createdAt: Math.floor(clock.now() / 1_000), ...ring, model });
  return {
    ...service,
    clock,
    call,
    greetedCall: async (model, ring) => {
      const ringing = await call(model, ring);
      await greeted(ringing);
      return ringing;
    },
    pass: async (ms) => {
      await arrived();
      for (let left = ms; left > 0; left -= SLICE_MS) {
        clock.advance(Math.min(SLICE_MS, left));
        await arrived();
      }
    },
    stored: (ended) => storedEnd(service, ended.id),
  };
}

/** Waits for a condition, looking again whenever the event loop has turned. */
export async function until(
  condition: () => boolean,
  what = 'the condition',
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything that is under way between the two sides arrive: for verdicts that something does not happen. */
export async function settled(call: EmulatedCall): Promise<void> {
  const events = call.wire.length;
  await arrived();
  if (call.wire.length > events) await settled(call);
}

async function arrived(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Purposes of the responses that the service asked for, in order. */
export function asked(call: EmulatedCall): string[] {
  return received(call, 'response.create').map(({ event }) => {
    const { response } = event as { response?: { metadata?: Record<string, string> } };
    return response?.metadata?.['purpose'] ?? '';
  });
}

/** Events of one type that the service sent. */
export function received(call: EmulatedCall, type: string): WireEntry[] {
  return call.wire.filter(({ direction, event }) => direction === 'received' && event.type === type);
}

/** Events of one type that OpenAI's side sent. */
export function sent(call: EmulatedCall, type: string): WireEntry[] {
  return call.wire.filter(({ direction, event }) => direction === 'sent' && event.type === type);
}

/** Whether the caller may interrupt, as the last session.update says. */
export function mayInterrupt(call: EmulatedCall): unknown {
  const { event } = received(call, 'session.update').at(-1) as unknown as {
    event: { session: { audio: { input: { turn_detection: { interrupt_response: boolean } } } } };
  };
  return event.session.audio.input.turn_detection.interrupt_response;
}

/** Answers of the service to the function calls of a call, in order. */
export function outputs(call: EmulatedCall): Record<string, unknown>[] {
  return received(call, 'conversation.item.create').flatMap(({ event }) => {
    const { item } = event as unknown as { item: { type: string; output: string } };
    return item.type === 'function_call_output' ? [JSON.parse(item.output) as Record<string, unknown>] : [];
  });
}

export { hears };
