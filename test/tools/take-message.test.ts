import { EvidenceLog } from '../../src/call/evidence-log.ts';
import { newCase } from '../../src/tools/call-case.ts';
import t from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createToolRunner } from '../../src/tools/runner.ts';
import { takeMessage } from '../../src/tools/take-message.ts';
import { silentLog } from '../../src/lib/log.ts';
import { claimOf, openTestStore } from '../store/fixtures.ts';

const store = await openTestStore();
t.teardown(() => store.close());
await store.calls.claimCall(claimOf('message'));

const runner = createToolRunner({
  tools: [takeMessage],
  store: store.calls,
  transact: store.transact,
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  timeoutMs: 8_000,
});

async function take(functionCallId: string, args: unknown) {
  const call = {
    callId: 'rtc_message',
    functionCallId,
    epoch: 1,
    name: 'take_message',
    arguments: JSON.stringify(args),
    callerNumber: '+819011112222',
    callCase: newCase(),
    evidence: new EvidenceLog(systemClock),
  };
  const { status, output } = await runner.run(call, new AbortController().signal);
  return { status, output: JSON.parse(output) as Record<string, unknown> };
}

t.test('the same message under a new function call is kept once', async (t) => {
  const first = await take('call_1', { caller_name: 'ヤマダ タロウ', body: '説明会を欠席します。' });
  const again = await take('call_2', { caller_name: 'ヤマダタロウ', body: '説明会を欠席します' });
  t.match(first, { status: 'ok', output: { ok: true, already_saved: false } });
  t.match(again, { status: 'ok', output: { ok: true, already_saved: true } });
  t.equal((await store.calls.listMessages(10)).length, 1);
});

t.test('a number that was given goes before the calling number', async (t) => {
  await take('call_3', { caller_name: 'サトウ', callback_number: '03-1234-5678', body: '折り返し希望。' });
  const [message] = (await store.calls.listMessages(10)).filter(({ callerName }) => callerName === 'サトウ');
  t.equal(message?.callbackNumber, '+81312345678');
});

t.test('a number that cannot be read is asked for again, and nothing is kept', async (t) => {
  const before = (await store.calls.listMessages(10)).length;
  const answer = await take('call_4', {
    caller_name: 'スズキ',
    callback_number: '12',
    body: '折り返し希望。',
  });
  t.match(answer, { status: 'refused', output: { ok: false, error: 'callback_number_unreadable' } });
  t.equal((await store.calls.listMessages(10)).length, before);
});
