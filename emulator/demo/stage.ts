import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { Caller, DemoFailure } from './caller.ts';
import { collectFacts, settled } from './facts.ts';
import type { House } from './house.ts';
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
export async function playCall(house: House, screen: Screen, demoCall: DemoCall): Promise<Played> {
  const { clock, emulator } = house;
  const { from } = demoCall;
  const call = await emulator.ring({ from: `<sip:${from}@pstn.example>`, dialled: DIALLED, deliver: false });
  const rangAt = clock.monotonic();
  screen.event(0, '☎', `着信 ${national(from)} → ${national(DIALLED)}`);
  const delivery = await call.deliver();
  screen.event(clock.monotonic() - rangAt, '✔', `署名付き webhook を検証、記帳 (HTTP ${delivery.status})`);
  const watcher = new CallWatcher({ call, clock, screen, playbackSpeed: PLAYBACK_SPEED, rangAt });
  const shown = watcher.run();
  const failure = await play(demoCall, new Caller({ call, clock, watcher, store: house.app.store.calls }));
  if (call.state !== 'over') call.hangUp();
  await settled(house, call);
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

/** A number as it is written in Japan. */
function national(number: string): string {
  return parsePhoneNumberFromString(number)?.formatNational() ?? number;
}
