import t from 'tap';
import { DenwabanError } from '../../src/errors.ts';
import { createRecorder } from '../../src/audit/recorder.ts';
import type { CallStore } from '../../src/store/ports.ts';
import { silentLog } from '../../src/lib/log.ts';
import { claimOf, openTestStore, turnOf, usageOf } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';

const BATCH_MS = 150;
const BATCH_ROWS = 200;
const RETRY_MS = 1_000;
const MAX_PENDING_ROWS = 50_000;

const store = await openTestStore();
t.teardown(() => store.close());

/** The real store behind a door that can be shut. */
class Door {
  open = true;
  statements = 0;
  /** The statement at which the door is shut. */
  shutAt = Infinity;
  /** Settles when the next statement is to be let through. */
  hold: Promise<void> | null = null;
  readonly calls: CallStore = {
    ...store.calls,
    appendTranscript: async (...rows) => {
      this.statements += 1;
      await this.hold;
      if (this.statements === this.shutAt) this.open = false;
      if (!this.open) throw new DenwabanError('DW_STORE_UNAVAILABLE', 'store away');
      return store.calls.appendTranscript(...rows);
    },
  };
}

async function recording(name: string, log = silentLog) {
  await store.calls.claimCall(claimOf(name));
  const door = new Door();
  const clock = new ManualClock();
  const callId = `rtc_${name}`;
  return { callId, door, clock, recorder: createRecorder(door.calls, clock, log) };
}

t.test('turns and usage go out together, a moment later', async (t) => {
  const { callId, door, clock, recorder } = await recording('batch');
  recorder.turn(turnOf(callId, 'item_1'));
  recorder.turn(turnOf(callId, 'item_2', { sequence: 2 }));
  recorder.usage(usageOf(callId, 'resp_1'));
  t.equal(door.statements, 0);
  clock.advance(BATCH_MS);
  t.equal(await recorder.flush(), true);
  t.equal(door.statements, 1);
  t.equal((await store.calls.listTurns(callId)).length, 2);
  t.equal((await store.calls.listUsage(callId)).length, 1);
  t.equal(recorder.pending, 0);
});

t.test('rows are kept while the store is away, and stored when it is back', async (t) => {
  const { callId, door, clock, recorder } = await recording('away');
  door.open = false;
  recorder.turn(turnOf(callId, 'item_1'));
  t.equal(await recorder.flush(), false);
  t.equal(recorder.pending, 1);
  recorder.turn(turnOf(callId, 'item_2', { sequence: 2 }));
  door.open = true;
  clock.advance(RETRY_MS);
  while (recorder.pending > 0) await new Promise((resolve) => setImmediate(resolve));
  t.same(
    (await store.calls.listTurns(callId)).map(({ turnKey }) => turnKey),
    ['item_1', 'item_2'],
  );
});

t.test('a store in trouble is asked once in a while, not for each row', async (t) => {
  const { callId, door, clock, recorder } = await recording('calm');
  door.open = false;
  recorder.turn(turnOf(callId, 'item_0'));
  await recorder.flush();
  for (let i = 1; i < 50; i += 1) recorder.turn(turnOf(callId, `item_${i}`, { sequence: i }));
  clock.advance(RETRY_MS - 1);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(door.statements, 1);
});

t.test('many who wait for a store in trouble wait together, not one after the other', async (t) => {
  const { callId, door, recorder } = await recording('together');
  door.open = false;
  recorder.turn(turnOf(callId, 'item_1'));
  const all = await Promise.all(Array.from({ length: 20 }, async () => recorder.flush()));
  t.same(new Set(all), new Set([false]));
  t.ok(door.statements <= 2, `${door.statements} statements`);
});

t.test('rows that come while others are being written are not lost', async (t) => {
  const { callId, door, recorder } = await recording('during');
  let release: () => void = () => undefined;
  door.hold = new Promise((resolve) => {
    release = resolve;
  });
  recorder.turn(turnOf(callId, 'item_1'));
  const first = recorder.flush();
  recorder.turn(turnOf(callId, 'item_2', { sequence: 2 }));
  const second = recorder.flush();
  release();
  t.same(await Promise.all([first, second]), [true, true]);
  t.equal((await store.calls.listTurns(callId)).length, 2);
});

t.test('the oldest row goes when too much waits, and takes no other with it', async (t) => {
  const { callId, door, recorder } = await recording('drop');
  let release: () => void = () => undefined;
  door.hold = new Promise((resolve) => {
    release = resolve;
  });
  // The first batch is under way when the row that is too many comes.
  for (let i = 1; i <= MAX_PENDING_ROWS; i += 1) {
    recorder.turn(turnOf(callId, i === BATCH_ROWS + 1 ? 'item_next' : 'item_any'));
  }
  recorder.turn(turnOf(callId, 'item_last'));
  t.equal(recorder.pending, MAX_PENDING_ROWS);
  release();
  t.equal(await recorder.flush(), true);
  t.same((await store.calls.listTurns(callId)).map(({ turnKey }) => turnKey).sort(), [
    'item_any',
    'item_last',
    'item_next',
  ]);
});

t.test('closing stores what is left', async (t) => {
  const { callId, recorder } = await recording('close');
  recorder.turn(turnOf(callId, 'item_1'));
  await recorder.close();
  t.equal((await store.calls.listTurns(callId)).length, 1);
});

t.test('nothing that a caller can say keeps the rows of others from being stored', async (t) => {
  const { callId, recorder } = await recording('text');
  recorder.turn(turnOf(callId, 'item_1', { text: 'a\u0000b\uD800c <img onerror=x> 😀\u202E' }));
  recorder.turn(turnOf(callId, 'item_2', { sequence: 2 }));
  t.equal(await recorder.flush(), true);
  t.equal((await store.calls.listTurns(callId)).length, 2);
});

t.test('nor does anything that the model makes of it', async (t) => {
  const { callId, recorder } = await recording('claim');
  const claim = { kanaName: 'ヤマダ\u0000', university: '\ud83d' };
  recorder.turn(turnOf(callId, 'item_1'));
  recorder.progress({ callId, epoch: 1, body: { case: { claim, references: [['r1', '\udc00']] } } });
  t.equal(await recorder.flush(), true);
  t.equal((await store.calls.listTurns(callId)).length, 1);
  t.match(await store.calls.readProgress(callId), {
    body: {
      case: { claim: { kanaName: 'ヤマダ\ufffd', university: '\ufffd' }, references: [['r1', '\ufffd']] },
    },
  });
});

t.test('a row that the store refuses goes alone, and loudly', async (t) => {
  const lines: object[] = [];
  const log = { ...silentLog, error: (fields: object) => void lines.push(fields) };
  const { callId, door, recorder } = await recording('poison', log);
  recorder.turn(turnOf(callId, 'item_1'));
  recorder.turn(turnOf(callId, 'item_2', { sequence: 2, endedAt: Number.NaN }));
  recorder.turn(turnOf(callId, 'item_3', { sequence: 3 }));
  recorder.usage(usageOf(callId, 'resp_1', { textIn: 2 ** 40 }));
  recorder.usage(usageOf(callId, 'resp_2'));
  recorder.progress({ callId, epoch: 1, body: { step: 'whole' } });
  t.equal(await recorder.flush(), true);
  t.equal(recorder.pending, 0);
  t.same(
    (await store.calls.listTurns(callId)).map(({ turnKey }) => turnKey),
    ['item_1', 'item_3'],
  );
  t.match(await store.calls.listUsage(callId), [{ usageKey: 'resp_2' }]);
  t.match(await store.calls.readProgress(callId), { body: { step: 'whole' } });
  t.match(lines, [
    { call_id: callId, row: 'turn' },
    { call_id: callId, row: 'usage' },
  ]);
  const { statements } = door;
  recorder.turn(turnOf(callId, 'item_4', { sequence: 4 }));
  t.equal(await recorder.flush(), true);
  t.equal(door.statements, statements + 1, 'and is not tried again');
});

t.test('an outage among single rows drops none', async (t) => {
  const { callId, door, recorder } = await recording('midway');
  recorder.usage(usageOf(callId, 'resp_1', { textIn: 2 ** 40 }));
  recorder.usage(usageOf(callId, 'resp_2'));
  door.shutAt = 2;
  t.equal(await recorder.flush(), false);
  t.equal(recorder.pending, 2);
  door.open = true;
  t.equal(await recorder.flush(), true);
  t.match(await store.calls.listUsage(callId), [{ usageKey: 'resp_2' }]);
});
