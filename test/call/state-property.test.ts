import fc from 'fast-check';
import t from 'tap';
import type { CallEvent, Conversation, Effect, TimerName } from '../../src/call/conversation.ts';
import { HARD_STOP_MS } from '../../src/call/timeouts.ts';
import { RULES, Walk } from './walk.ts';

/** Any order of events, possible or not: the machine may rely on none. */

const RUNS = 2_000;
const LENGTH = 60;

const responseId = fc.constantFrom('resp_1', 'resp_2', 'resp_3', 'resp_4');
const itemId = fc.constantFrom('item_1', 'item_2');
const purpose = fc.constantFrom(
  'greeting',
  'reply',
  'tool_result',
  'filler',
  'reprompt',
  'keypad_offer',
  'keypad',
  'read_back',
  'transfer_announce',
  'transfer_failed',
  'closing',
);
const timerName = fc.constantFrom<TimerName>(
  'greeting',
  'speech',
  'reply',
  'speak',
  'playback',
  'retry',
  'silence',
  'keypad',
  'keypad_voice',
  'keypad_wait',
  'closing',
  'transfer',
  'max_duration',
  'hard_stop',
);

const event: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'attached',
      'detached',
      'speech_stopped',
      'turn_committed',
      'tool_started',
      'tool_slow',
    ),
  }),
  fc.record({ kind: fc.constant('speech_started'), itemId }),
  fc.record({
    kind: fc.constant('response_created'),
    responseId,
    purpose: fc.option(purpose),
  }),
  fc.record({
    kind: fc.constant('response_done'),
    responseId,
    status: fc.constantFrom('completed', 'cancelled', 'failed', 'incomplete'),
  }),
  fc.record({ kind: fc.constant('response_refused'), purpose, code: fc.constant('server_error') }),
  fc.record({
    kind: fc.constantFrom('playback_started', 'playback_stopped', 'playback_cleared'),
    responseId,
  }),
  fc.record({
    kind: fc.constant('caller_text'),
    itemId,
    text: fc.constantFrom('はい、失礼します。', 'あ、すみません、場所は。', ''),
  }),
  fc.record({ kind: fc.constant('key_pressed'), key: fc.constantFrom('1', '0', '*', '#') }),
  fc.record({
    kind: fc.constant('keys_answered'),
    say: fc.constantFrom(
      null,
      { purpose: 'keypad' as const, sentence: '出席は1を押してください。' },
      { purpose: 'read_back' as const, sentence: 'よろしいでしょうか。' },
    ),
    reply: fc.boolean(),
    open: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('tools_answered'),
    responseId,
    outputs: fc.constantFrom([], ['call_1'], ['call_1', 'call_2']),
    control: fc.constantFrom(
      null,
      { kind: 'end_call', outcome: 'other' },
      { kind: 'transfer', targetKey: 'office' },
      { kind: 'say', sentence: 'よろしいでしょうか。' },
    ),
    spoken: fc.constantFrom('', '失礼いたします。'),
    failuresInRow: fc.constantFrom(0, 0, 0, 3),
  }),
  fc.record({ kind: fc.constant('timer'), name: timerName }),
  fc.record({ kind: fc.constant('refer_answered'), ok: fc.boolean() }),
);

/** What ends a call from outside comes rarely, or no run would get far. */
const anyEvent = fc.oneof(
  { weight: 30, arbitrary: event },
  {
    weight: 1,
    arbitrary: fc.constantFrom<CallEvent>(
      { kind: 'gone' },
      { kind: 'unreachable' },
      { kind: 'hung_up', ok: true },
      { kind: 'hung_up', ok: false },
      { kind: 'close_requested', reason: 'drain_deadline', party: 'denwaban' },
      { kind: 'abort', reason: 'internal_error', party: 'denwaban', detail: null },
    ),
  },
);

const events = fc.array(anyEvent, { minLength: 1, maxLength: LENGTH, size: 'max' });

function isLast(effect: Effect): boolean {
  return effect.kind === 'end' || effect.kind === 'abandon';
}

/** What is being generated comes to an end: on a sideband that holds, it always does. */
function endGeneration(walk: Walk): void {
  const { generating } = walk.state;
  if (generating !== null) walk.send({ kind: 'response_done', responseId: generating, status: 'cancelled' });
}

/** Time in which every response is given up that neither speaks nor ends, and every speech. */
const PATIENCE_MS = 120_000;

function talksOver(effect: Effect): boolean {
  return effect.kind === 'respond' && !['greeting', 'closing'].includes(effect.request.purpose);
}

function comesNext({ kind }: Effect): boolean {
  return kind === 'respond' || kind === 'settle_keys';
}

/** Whether somebody waits to be answered, or a sentence to be said. */
function isAwaited({ phase, attached, callerWaits, saying, keypad }: Conversation): boolean {
  const waiting = callerWaits || (saying !== null && !saying.asked);
  return phase === 'conversing' && attached && waiting && !keypad.waiting;
}

function attachedWalk(): Walk {
  const walk = new Walk();
  walk.send({ kind: 'attached' });
  return walk;
}

t.test('over is over: nothing is done, and nothing changes', async () => {
  fc.assert(
    fc.property(events, events, (before, after) => {
      const walk = attachedWalk();
      walk.play(before);
      if (walk.state.phase !== 'over') {
        walk.send({ kind: 'abort', reason: 'internal_error', party: 'denwaban', detail: null });
        walk.send({ kind: 'hung_up', ok: true });
      }
      const { state } = walk;
      const effects = walk.send(...after);
      return state.phase === 'over' && walk.state === state && effects.length === 0;
    }),
    { numRuns: RUNS },
  );
});

t.test('a call ends once, and the end is the last that is done', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      walk.play(all);
      const ends = walk.effects.filter(isLast).length;
      const over = walk.state.phase === 'over';
      return ends === (over ? 1 : 0) && (!over || isLast(walk.effects.at(-1)!));
    }),
    { numRuns: RUNS },
  );
});

t.test('hanging up is asked for once, and only to reach the end', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      let asked = 0;
      for (const one of all) {
        const before = walk.state.phase;
        const from = walk.effects.length;
        walk.play([one]);
        const hangUps = walk.effects.slice(from).filter(({ kind }) => kind === 'hang_up').length;
        asked += hangUps;
        if (hangUps > 0 && (before === 'hanging_up' || walk.state.phase !== 'hanging_up')) return false;
      }
      return asked <= 1;
    }),
    { numRuns: RUNS },
  );
});

t.test('the greeting is asked for once, and once more only on the same sideband, unheard', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      let beforeSecond: { lost: boolean; played: boolean } | null = null;
      let lost = false;
      let played = false;
      for (const one of all) {
        const from = walk.effects.length;
        walk.play([one]);
        const greets = walk.effects
          .slice(from)
          .filter((effect) => effect.kind === 'respond' && effect.request.purpose === 'greeting');
        if (greets.length > 0) {
          if (beforeSecond !== null) return false;
          beforeSecond = { lost, played };
        }
        if (one.kind === 'detached') lost = true;
        if (walk.state.greetingBegan) played = true;
      }
      return beforeSecond === null || (!beforeSecond.lost && !beforeSecond.played);
    }),
    { numRuns: RUNS },
  );
});

t.test('nothing but greeting and goodbye is asked for while the caller has the word', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      for (const one of all) {
        const from = walk.effects.length;
        walk.play([one]);
        const { turnOpen, callerSpeaking } = walk.state;
        if (callerSpeaking && !turnOpen) return false;
        if (turnOpen && walk.effects.slice(from).some(talksOver)) return false;
      }
      return true;
    }),
    { numRuns: RUNS },
  );
});

t.test('whoever waits is spoken to, however long somebody seems to speak', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      walk.play(all.filter((one) => one.kind !== 'tool_started'));
      endGeneration(walk);
      const from = walk.effects.length;
      const until = walk.now + PATIENCE_MS;
      while (isAwaited(walk.state) && !walk.effects.slice(from).some(comesNext)) {
        if (walk.fireNext() === null || walk.now > until) return false;
      }
      return true;
    }),
    { numRuns: RUNS },
  );
});

t.test('a goodbye is called off once at most', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      walk.play(all);
      return walk.all('resumed').length <= 1;
    }),
    { numRuns: RUNS },
  );
});

t.test('a goodbye that is final is never called off', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      for (const one of all) {
        const final = walk.state.closing !== null && !walk.state.closing.cancellable;
        walk.play([one]);
        if (
          final &&
          walk.state.phase !== 'closing' &&
          walk.state.phase !== 'hanging_up' &&
          walk.state.phase !== 'over'
        )
          return false;
      }
      return true;
    }),
    { numRuns: RUNS },
  );
});

t.test('the proof of the notices is settled once', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      walk.play(all);
      const notices = walk.all('notice');
      return notices.length <= 1 && (walk.state.phase !== 'over' || notices.length === 1);
    }),
    { numRuns: RUNS },
  );
});

t.test(
  'whatever happened, timers alone end the call, by the longest duration and the hard stop',
  async () => {
    fc.assert(
      fc.property(events, fc.boolean(), (all, ok) => {
        const walk = attachedWalk();
        walk.send(...all.filter((one) => one.kind !== 'timer'));
        while (walk.state.phase !== 'hanging_up' && walk.state.phase !== 'over') {
          if (walk.fireNext() === null) return false;
        }
        walk.send({ kind: 'hung_up', ok });
        return walk.state.phase === 'over' && walk.now <= RULES.maxCallMs + HARD_STOP_MS;
      }),
      { numRuns: RUNS },
    );
  },
);

t.test('a conversation in which nothing happens any more falls silent in a minute or two', async () => {
  fc.assert(
    fc.property(events, (all) => {
      const walk = attachedWalk();
      walk.send(...all.filter((one) => one.kind !== 'timer' && one.kind !== 'tool_started'));
      if (walk.state.callerSpeaking) walk.send({ kind: 'speech_stopped' });
      if (!walk.state.attached) walk.send({ kind: 'attached' });
      endGeneration(walk);
      while (walk.state.phase !== 'hanging_up' && walk.state.phase !== 'over') {
        if (walk.fireNext() === null) return false;
      }
      return walk.now < 240_000;
    }),
    { numRuns: RUNS },
  );
});
