import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Clock } from '../../src/lib/clock.ts';
import { Caller, DemoFailure } from './caller.ts';
import { collectFacts, settled } from './facts.ts';
import type { House } from './house.ts';
import type { SamplePerson } from './sample-roster.ts';
import type { Screen } from './screen.ts';
import type { DemoCall } from './scripts.ts';
import type { CallFacts } from './verdict.ts';
import { CallWatcher } from './watcher.ts';

/** Both sides speak at their real pace; the clock is what runs faster. */
const PLAYBACK_SPEED = 1;
/** The number that is called. */
const DIALLED = '+81312340000';

/** How one call went. */
export interface Played {
  readonly facts: CallFacts;
  /** Why the call could not be played to its end, else null. */
  readonly failure: string | null;
}

/** Plays one call and shows it; returns what is known of it afterwards. */
export async function playCall(
  house: House,
  screen: Screen,
  demoCall: DemoCall,
  people: readonly SamplePerson[],
): Promise<Played> {
  const { clock, emulator } = house;
  const from = numberOf(demoCall, people);
  const call = await emulator.ring({ from: `<sip:${from}@pstn.example>`, dialled: DIALLED, deliver: false });
  const rangAt = clock.monotonic();
  screen.event(0, '☎', `着信 ${national(from)} → ${national(DIALLED)}`);
  const delivery = await call.deliver({ timestamp: believableTime(clock) });
  screen.event(clock.monotonic() - rangAt, '✔', `署名付き webhook を検証、記帳 (HTTP ${delivery.status})`);
  const watcher = new CallWatcher({ call, clock, screen, playbackSpeed: PLAYBACK_SPEED, rangAt });
  const shown = watcher.run();
  const caller = new Caller({ call, clock, watcher, store: house.app.store.calls });
  const failure = await play(demoCall, caller, people);
  if (call.state !== 'over') call.hangUp();
  await settled(house, call);
  watcher.stop();
  await shown;
  return { facts: await collectFacts(house, call, delivery.status), failure };
}

async function play(
  demoCall: DemoCall,
  caller: Caller,
  people: readonly SamplePerson[],
): Promise<string | null> {
  try {
    await demoCall.play(caller, people);
    return null;
  } catch (error) {
    if (error instanceof DemoFailure) return error.message;
    throw error;
  }
}

/**
 * The time with which a webhook is signed, in unix seconds. It is compared with the machine's clock and with the fast
 * one, and may be five minutes off from each: the middle of both lasts twice as long.
 */
function believableTime(clock: Clock): number {
  return Math.floor((Date.now() + clock.now()) / 2_000);
}

function numberOf({ from }: DemoCall, people: readonly SamplePerson[]): string {
  if (typeof from === 'string') return from;
  const person = people.find(({ number }) => number === from);
  if (person === undefined) throw new Error(`the sample roster has no row ${from}`);
  return person.phone;
}

/** A number as it is written in Japan. */
function national(number: string): string {
  return parsePhoneNumberFromString(number)?.formatNational() ?? number;
}
