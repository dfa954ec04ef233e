import type { Clock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import type { EmulatedCall } from '../types.ts';
import { Caller, DemoFailure } from './caller.ts';
import type { House } from './house.ts';
import type { Screen } from './screen.ts';
import type { DemoCall } from './scripts.ts';
import { type CallFacts, functionCallsOn } from './verdict.ts';
import { CallWatcher } from './watcher.ts';

/** Both sides speak at their real pace; the clock is what runs faster. */
const PLAYBACK_SPEED = 1;
/** The end of a call is stored by then, ms of the clock. */
const STORED_WITHIN_MS = 10_000;
const LOOK_MS = 50;

/** The number that is called, from the range for fiction. */
const DIALLED = '+81312340000';

/** How one call went. */
export interface Played {
  readonly facts: CallFacts;
  /** Why the call could not be played to its end, else null. */
  readonly failure: string | null;
}

/** Plays one call and shows it; returns what is known of it afterwards. */
export async function playCall(house: House, screen: Screen, demoCall: DemoCall): Promise<Played> {
  const { clock, emulator } = house;
  const { from } = demoCall;
  const call = await emulator.ring({ from: `<sip:${from}@pstn.example>`, dialled: DIALLED, deliver: false });
  const rangAt = clock.monotonic();
  screen.event(0, '☎', `着信 ${masked(from)} → ${masked(DIALLED)}`);
  const delivery = await call.deliver();
  screen.event(clock.monotonic() - rangAt, '✔', `署名付き webhook を検証、記帳 (HTTP ${delivery.status})`);
  const watcher = new CallWatcher({ call, clock, screen, playbackSpeed: PLAYBACK_SPEED, rangAt });
  const shown = watcher.run();
  const failure = await play(demoCall, new Caller({ call, clock, watcher }));
  if (call.state !== 'over') call.hangUp();
  await settled(house, call, clock);
  watcher.stop();
  await shown;
  return { facts: await collectFacts(house, call, delivery.status), failure };
}

async function play(demoCall: DemoCall, caller: Caller): Promise<string | null> {
  try {
    await demoCall.play(caller);
    return null;
  } catch (error) {
    if (error instanceof DemoFailure) return error.message;
    throw error;
  }
}

/** Waits until the end of the call is stored, or the time for that is over; the verdict tells which. */
async function settled(house: House, call: EmulatedCall, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + STORED_WITHIN_MS;
  while (clock.monotonic() < deadline) {
    const stored = await house.app.store.calls.getCall(call.id);
    if (stored !== null && stored.endedAt !== null) break;
    await pause(clock, LOOK_MS);
  }
  await house.app.recorder.flush();
}

async function collectFacts(house: House, call: EmulatedCall, webhookStatus: number): Promise<CallFacts> {
  const store = house.app.store.calls;
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
    functionCalls: functionCallsOn(call.wire, 'take_message'),
  };
}

/** The last four digits alone. */
function masked(number: string): string {
  return `${'*'.repeat(Math.max(0, number.length - 4))}${number.slice(-4)}`;
}
