import t from 'tap';
import { KeypadDesk, type KeypadOwner } from '../../src/call/keypad-desk.ts';
import type { CallMinutes } from '../../src/call/minutes.ts';
import type { CallServices } from '../../src/call/services.ts';
import { newCase } from '../../src/tools/call-case.ts';
import { answerOf } from '../../src/tools/answer.ts';
import { ManualClock } from '../store/manual-clock.ts';

/** A desk whose entries are acted on when the test says so, over a line that may be closed. */
function desk() {
  const told: string[] = [];
  const line = { open: true };
  let act = (): void => {};
  const acted = new Promise<void>((resolve) => (act = resolve));
  const services = {
    clock: new ManualClock(),
    observer: { toolAnswered: () => {} },
    keypad: {
      acts: true,
      runner: {
        run: async () => {
          await acted;
          const tell = { status: 'verified' };
          return answerOf({ status: 'ok', output: { ok: true, say: null, reply: false, tell } });
        },
      },
    },
  } as unknown as CallServices;
  const owner = {
    callId: 'rtc_1',
    epoch: 1,
    callerNumber: null,
    callCase: newCase(),
    send: (event: string) => {
      if (line.open) told.push(event);
      return line.open;
    },
    keepCase: async () => {},
    onKeysAnswered: () => {},
  } as unknown as KeypadOwner;
  const minutes = { keypad: () => {} } as unknown as CallMinutes;
  return { keypad: new KeypadDesk(services, minutes, owner), told, line, act };
}

t.test('what could not be told at once is told later, in the order in which it happened', async (t) => {
  const { keypad, told, line, act } = desk();
  line.open = false;
  keypad.take(['1001#']);
  act();
  await keypad.settled();
  t.same(told, []);
  line.open = true;
  keypad.reattached();
  t.equal(told.length, 2);
  t.match(told[0], /キー入力.*1001#/);
  t.match(told[1], /受付.*verified/);
  keypad.reattached();
  t.equal(told.length, 2, 'and once');
});

t.test('a desk is idle when everything that was pressed was acted on', async (t) => {
  const { keypad, act } = desk();
  t.equal(keypad.idle, true);
  keypad.take(['1001#', '1#']);
  t.equal(keypad.idle, false);
  act();
  await keypad.settled();
  t.equal(keypad.idle, true);
});
