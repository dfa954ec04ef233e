import t from 'tap';
import { DenwabanError } from '../../src/errors.ts';
import type { CallStore } from '../../src/store/ports.ts';
import { closeUndone } from '../../src/tools/close-undone.ts';
import { silentLog } from '../../src/lib/log.ts';
import { ManualClock } from '../store/manual-clock.ts';

const KEY = { callId: 'rtc_1', functionCallId: 'call_1', epoch: 1 };
const ANSWER = { status: 'failed', output: '{"ok":false}' } as const;

/** Closes a ledger that answers as it is told. */
function closing(...answers: (Error | 'stored')[]) {
  const clock = new ManualClock();
  const asked: unknown[][] = [];
  const finishToolCall = async (...args: unknown[]): Promise<string> => {
    asked.push(args);
    const answer = answers.shift() ?? 'stored';
    if (answer !== 'stored') throw answer;
    return ANSWER.output;
  };
  const over = new AbortController();
  const random = { next: () => 0.5, uuid: () => '', hex: () => '' };
  const parts = { store: { finishToolCall } as unknown as CallStore, clock, random, log: silentLog };
  return { clock, asked, over, done: closeUndone(parts, KEY, ANSWER, over.signal) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const away = (): Error => new DenwabanError('DW_STORE_UNAVAILABLE', 'away');

t.test('the ledger is told what the model was told', async (t) => {
  const { asked, done } = closing('stored');
  await done;
  t.match(asked, [[KEY, 'failed', ANSWER.output]]);
});

t.test('while the store is away it is tried again', async (t) => {
  const { clock, asked, done } = closing(away(), away(), 'stored');
  for (let i = 0; i < 3; i += 1) {
    await turn();
    clock.advance(10_000);
  }
  await done;
  t.equal(asked.length, 3);
});

t.test("what was never begun, or is another node's, is left alone", async (t) => {
  for (const code of ['DW_TOOL', 'DW_CALL_LOST'] as const) {
    const { asked, done } = closing(new DenwabanError(code, 'no'));
    await done;
    t.equal(asked.length, 1);
  }
});

t.test('a call that goes to another node is not waited for: once more, and no more', async (t) => {
  const { asked, over, done } = closing(away(), away());
  await turn();
  over.abort();
  await done;
  t.equal(asked.length, 2);
});
