import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { EvidenceLog } from '../../src/call/evidence-log.ts';
import { newCase } from '../../src/tools/call-case.ts';
import { sql } from 'kysely';
import t from 'tap';
import Type from 'typebox';
import type { CallStore } from '../../src/store/ports.ts';
import { createToolRunner, type FunctionCall } from '../../src/tools/runner.ts';
import type { Tool, ToolEffect, ToolOutcome } from '../../src/tools/tool.ts';
import { takeMessage } from '../../src/tools/take-message.ts';
import { silentLog } from '../../src/lib/log.ts';
import { claimOf, openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';

const TIMEOUT_MS = 8_000;
const parameters = Type.Object({ word: Type.String({ maxLength: 20 }) }, { additionalProperties: false });

const store = await openTestStore();
t.teardown(() => store.close());
const calls: CallStore = store.calls;
await calls.claimCall(claimOf('tools'));

let count = 0;

/** A runner with one tool, and the function call of it. */
function offering(effect: Tool['effect'], run: Tool<typeof parameters>['run']) {
  const clock = new ManualClock();
  const tool: Tool<typeof parameters> = { name: 'note', description: 'Notes.', parameters, effect, run };
  const runner = createToolRunner({
    tools: [tool, takeMessage],
    store: calls,
    transact: store.transact,
    clock,
    random: systemRandom,
    log: silentLog,
    timeoutMs: TIMEOUT_MS,
  });
  count += 1;
  const call: FunctionCall = {
    callId: 'rtc_tools',
    functionCallId: `call_${count}`,
    epoch: 1,
    name: 'note',
    arguments: '{"word":"hai"}',
    callerNumber: '+819011112222',
    callCase: newCase(),
    evidence: new EvidenceLog(systemClock),
  };
  const over = new AbortController();
  return {
    clock,
    runner,
    call,
    over,
    run: (change: Partial<FunctionCall> = {}) => runner.run({ ...call, ...change }, over.signal),
  };
}

const OK: ToolOutcome = { status: 'ok', output: { ok: true } };

async function ledger(functionCallId: string) {
  return (await calls.listToolCalls('rtc_tools')).find((row) => row.functionCallId === functionCallId);
}

t.test('a tool that does not exist is refused, and counts as a fault', async (t) => {
  const { run } = offering('write', async () => OK);
  const answer = await run({ name: 'open_the_door' });
  t.match(answer, { status: 'refused', fault: true, control: null });
  t.match(JSON.parse(answer.output), { ok: false, error: 'unknown_tool' });
});

t.test('arguments that do not fit are refused unread, and the tool never runs', async (t) => {
  let runs = 0;
  const { run } = offering('write', async () => {
    runs += 1;
    return OK;
  });
  for (const [what, args] of [
    ['no JSON', '{"word":'],
    ['a field too many', '{"word":"a","admin":true}'],
    ['__proto__', '{"word":"a","__proto__":{"ok":true}}'],
    ['constructor', '{"word":"a","constructor":{"prototype":{"ok":true}}}'],
    ['100 KB', JSON.stringify({ word: 'x'.repeat(100_000) })],
    ['a wrong type', '{"word":5}'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '["a"]'],
  ] as const) {
    const answer = await run({ arguments: args });
    t.match(answer, { status: 'refused', fault: true }, what);
    t.match(JSON.parse(answer.output), { ok: false, error: 'invalid_arguments' }, what);
  }
  t.equal(runs, 0);
  t.equal(({} as Record<string, unknown>)['ok'], undefined, 'no prototype was touched');
});

t.test('what is wrong with the arguments is told, so that the model can correct them', async (t) => {
  const { run } = offering('write', async () => OK);
  const { output } = await run({ arguments: '{"word":5}' });
  t.match(JSON.parse(output).hint, /word.*string/);
});

t.test('a function call is recorded before it runs, and its answer after', async (t) => {
  const { run, call } = offering('write', async () => {
    t.match(await ledger(call.functionCallId), { status: 'running', output: null });
    return OK;
  });
  await run();
  t.match(await ledger(call.functionCallId), { name: 'note', status: 'ok', output: '{"ok":true}' });
});

t.test('what a tool established is kept before its answer stands in the ledger', async (t) => {
  for (const effect of ['write', 'control', 'read'] as const) {
    const { run, call } = offering(effect, async () => {
      call.callCase.claim = { university: '見本大学' };
      return OK;
    });
    const seen: unknown[] = [];
    const keepCase = async (): Promise<void> => {
      seen.push(call.callCase.claim, (await ledger(call.functionCallId))?.output ?? null);
    };
    const answer = await run({ keepCase });
    t.equal(answer.status, 'ok');
    t.same(seen, [{ university: '見本大学' }, null], effect);
  }
});

t.test('the same function call twice has one effect and one answer', async (t) => {
  let runs = 0;
  const { run } = offering('write', async () => {
    runs += 1;
    return { status: 'ok', output: { ok: true, run: runs } };
  });
  const first = await run();
  t.same(await run(), first);
  t.equal(runs, 1);
});

t.test('a control tool that is asked again controls again', async (t) => {
  const { run } = offering('control', async () => ({
    ...OK,
    control: { kind: 'end_call', outcome: 'other' },
  }));
  await run();
  t.match(await run(), { control: { kind: 'end_call' } });
});

t.test('a tool that throws or rejects is answered with an error, and recorded as failed', async (t) => {
  for (const fail of [
    async () => Promise.reject(new Error('no luck')),
    () => {
      throw new TypeError('no luck at once');
    },
  ]) {
    const { run, call } = offering('write', fail);
    const answer = await run();
    t.match(answer, { status: 'failed', fault: true });
    t.notMatch(answer.output, 'no luck', 'the reason is not for the model');
    t.match(await ledger(call.functionCallId), { status: 'failed', output: answer.output });
  }
});

/** A function call whose tool was given up at its deadline, and may still finish. */
async function givenUp() {
  let finish: (result: ToolOutcome | ToolEffect) => void = () => undefined;
  let begun: (signal: AbortSignal) => void = () => undefined;
  const running = new Promise<AbortSignal>((resolve) => {
    begun = resolve;
  });
  const { run, clock, call } = offering('write', async (_args, context) => {
    begun(context.signal);
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const answering = run();
  const signal = await running;
  clock.advance(TIMEOUT_MS);
  return { answer: await answering, signal, finish, id: call.functionCallId };
}

/** What the ledger says of a function call once it says how it ended. */
async function entered(functionCallId: string): Promise<string | undefined> {
  for (;;) {
    const status = (await ledger(functionCallId))?.status;
    if (status !== 'running') return status;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('a tool that never answers is given up at its deadline and told to stop', async (t) => {
  const { answer, signal } = await givenUp();
  t.match(answer, { status: 'timeout', fault: true });
  t.match(JSON.parse(answer.output), { ok: false, error: 'timeout' });
  t.equal(signal.aborted, true);
});

t.test('what was told not to be done stays so in the ledger, whatever comes later', async (t) => {
  const { id, finish } = await givenUp();
  t.equal(await entered(id), 'timeout');
  finish(OK);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(await entered(id), 'timeout');
});

t.test('an effect that comes after the deadline is not begun any more', async (t) => {
  const { answer, id, finish } = await givenUp();
  t.match(answer, { status: 'timeout', output: /was not done/ });
  let effects = 0;
  finish({
    effect: async () => {
      effects += 1;
      return OK;
    },
  });
  t.equal(await entered(id), 'timeout');
  t.equal(effects, 0);
});

t.test('what a tool that only reads refuses stands in the audit; what it answers does not', async (t) => {
  const refusing = offering('read', async () => ({
    status: 'refused',
    output: { ok: false, status: 'not_verified' },
  }));
  const reading = offering('read', async () => OK);
  await reading.run();
  await refusing.run();
  for (const { call } of [reading, refusing])
    while (((await ledger(call.functionCallId))?.output ?? null) === null)
      await new Promise((resolve) => setImmediate(resolve));
  const { rows } = await sql<{ payload: object }>`
    select payload from audit_events where chain = 'call/rtc_tools'
      and payload ->> 'function_call_id' in (${refusing.call.functionCallId}, ${reading.call.functionCallId})`.execute(
    store.db,
  );
  t.same(rows, [
    {
      payload: {
        function_call_id: refusing.call.functionCallId,
        tool: 'note',
        status: 'refused',
        code: 'not_verified',
      },
    },
  ]);
});

t.test("a tool's own refusal is no fault", async (t) => {
  const { run } = offering('write', async () => ({ status: 'refused', output: { ok: false } }));
  t.match(await run(), { status: 'refused', fault: false });
});

t.test('a store that is away makes a write fail and leaves a read alone', async (t) => {
  const away = new Proxy(calls, {
    get: (_target, name) =>
      name === 'beginToolCall'
        ? async () => Promise.reject(new Error('store away'))
        : Reflect.get(calls, name),
  });
  let runs = 0;
  const tool = (effect: Tool['effect']): Tool => ({
    name: effect,
    description: '',
    parameters,
    effect,
    run: async () => {
      runs += 1;
      return OK;
    },
  });
  const runner = createToolRunner({
    tools: [tool('read'), tool('write')],
    store: away,
    transact: store.transact,
    clock: new ManualClock(),
    random: systemRandom,
    log: silentLog,
    timeoutMs: TIMEOUT_MS,
  });
  const call = {
    callId: 'rtc_tools',
    functionCallId: 'call_x',
    epoch: 1,
    arguments: '{"word":"a"}',
    callerNumber: null,
    callCase: newCase(),
    evidence: new EvidenceLog(systemClock),
  };
  const { signal } = new AbortController();
  t.match(await runner.run({ ...call, name: 'read' }, signal), { status: 'ok' });
  t.match(await runner.run({ ...call, name: 'write' }, signal), { status: 'failed' });
  t.equal(runs, 1, 'what could not be recorded did not happen');
});

t.test('the end of the call tells a running tool', async (t) => {
  let seen: AbortSignal | undefined;
  const { run, over } = offering('write', async (_args, { signal }) => {
    seen = signal;
    over.abort();
    return OK;
  });
  await run();
  t.equal(seen?.aborted, true);
});
