import t from 'tap';
import { GuardedVoice } from '../../src/call/guarded-voice.ts';
import { TurnDriver } from '../../src/call/turn-driver.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { ResponsePurpose } from '../../src/realtime/turns.ts';
import { ManualClock } from '../store/manual-clock.ts';

/** The turns of a call whose lease may lapse, and what reached the sideband. */
function speaking() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const lease = { holds: true };
  const voice = new GuardedVoice(
    { callId: 'rtc_1', mayAct: () => lease.holds, deliver: (event) => sent.push(event) > 0 },
    silentLog,
  );
  const turns = new TurnDriver(clock, { send: (event) => voice.send(event), onResponseRefused: () => {} });
  const say = (purpose: ResponsePurpose): void => turns.request({ purpose, say: 'はい。', outputs: [] });
  const purposes = (): unknown[] =>
    sent.map(
      (event) =>
        (JSON.parse(event) as { response?: { metadata?: { purpose?: string } } }).response?.metadata?.purpose,
    );
  return { clock, lease, voice, turns, say, purposes };
}

t.test('what was asked for before the lease may have lapsed is still known by its key', (t) => {
  const { lease, voice, turns, say } = speaking();
  say('greeting');
  lease.holds = false;
  voice.sendLater('{}');
  t.equal(turns.created('resp_1', 'req_1'), 'greeting');
  t.end();
});

t.test('what may not be said now is said when it may, once', (t) => {
  const { lease, turns, voice, say, purposes } = speaking();
  lease.holds = false;
  say('closing');
  t.same(purposes(), []);
  lease.holds = true;
  voice.regained();
  turns.attached();
  t.same(purposes(), ['closing']);
  turns.stop();
  t.end();
});

t.test('a process that slept through its greeting does not greet again', (t) => {
  const { clock, turns, say, purposes } = speaking();
  say('greeting');
  clock.advance(60_000);
  t.equal(turns.created('resp_1', 'req_1'), 'greeting', 'the word for it comes after the timers');
  turns.done('resp_1', true);
  t.same(purposes(), ['greeting']);
  t.end();
});
