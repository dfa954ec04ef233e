import t from 'tap';
import { Monitoring, rules, type Process } from './monitoring.ts';

/** What happens at the telephone, and which alerts it raises. Times are of Japan; 2026-11-24 is a Tuesday. */

const MORNING = '2026-11-24T09:00+09:00';
const NIGHT = '2026-11-24T02:00+09:00';

/** Alerts that have fired in any scene. */
const seen = new Set<string>();

/** What fired, in alphabetical order. */
function firedIn(monitoring: Monitoring): string[] {
  for (const alert of monitoring.fired.keys()) seen.add(alert);
  return [...monitoring.fired.keys()].toSorted();
}

/** A line with so many processes that have been there for a quarter of an hour. */
async function lineOf(processes: number, startsAt = NIGHT): Promise<[Monitoring, Process[]]> {
  const monitoring = new Monitoring(startsAt);
  const all = Array.from({ length: processes }, (_, index) => monitoring.start(`10.0.0.${index + 1}:8000`));
  await monitoring.pass(15);
  return [monitoring, all];
}

/** A caller is answered, talks, has something stored and hangs up. */
function talk({ metrics }: Process, { ringMs = 300, gapMs = 800, ignored = 40 } = {}): void {
  metrics.webhook('verified');
  metrics.claimed('claimed');
  metrics.calls.accepted('done');
  metrics.acceptLatency(ringMs);
  for (let answer = 0; answer < 6; answer += 1) metrics.calls.responseGap(gapMs);
  for (let event = 0; event < ignored; event += 1) metrics.calls.strangeEvent('ignored');
  metrics.calls.toolAnswered('find_applicant', 'ok', 12);
  metrics.calls.toolAnswered('update_attendance', 'ok', 20);
  metrics.calls.ended('caller_hangup', 'caller');
}

/** A call that a rule refuses. */
function refuse({ metrics }: Process, rule: string): void {
  metrics.webhook('verified');
  metrics.claimed('claimed');
  metrics.calls.refused(rule);
  metrics.calls.ended('policy_refused', 'denwaban');
}

/** The statements that a process sends in a minute. */
function ask({ metrics }: Process, answered: boolean, ms = 1): void {
  for (let statement = 0; statement < 200; statement += 1) metrics.storeLatency('ping', ms, answered);
}

function times(count: number, act: () => void): void {
  for (let index = 0; index < count; index += 1) act();
}

t.test('a quiet Sunday raises nothing', async (t) => {
  const [monitoring, processes] = await lineOf(3, '2026-11-22T09:00+09:00');
  await monitoring.pass(90, () => processes.forEach((process) => ask(process, true)));
  t.same(firedIn(monitoring), []);
});

t.test('an ordinary day with a deploy raises nothing', async (t) => {
  const [monitoring, processes] = await lineOf(3, MORNING);
  await monitoring.pass(90, (minute) => {
    const place = minute % processes.length;
    if (minute >= 45 && minute < 48) {
      const old = processes[place];
      if (old !== undefined) monitoring.stop(old, false);
      processes[place] = monitoring.start(`10.0.1.${minute}:8000`);
    }
    for (const process of processes) {
      ask(process, true);
      talk(process);
    }
    const { metrics } = processes[place] ?? monitoring.start('never');
    metrics.outbox.onSent('sms', minute % 20 === 0 ? 'refused' : 'sent');
    if (minute % 20 === 0) metrics.outbox.onFailed('sms');
    if (minute % 20 === 0) metrics.calls.ended('sideband_lost', 'openai');
    if (minute % 20 === 0) metrics.calls.toolAnswered('update_attendance', 'failed', 900);
    metrics.webhook('headers_missing');
  });
  t.same(firedIn(monitoring), []);
});

/** What one occurrence of raises an alert. */
const ONCE: readonly (readonly [alert: string, happens: (process: Process) => void])[] = [
  ['DenwabanKeyRefused', ({ metrics }) => metrics.calls.alarm('accept_unauthorised')],
  ['DenwabanHangUpFails', ({ metrics }) => metrics.calls.alarm('hangup_failed')],
  ['DenwabanDefect', ({ metrics }) => metrics.calls.alarm('call_crashed')],
  ['DenwabanDefect', ({ metrics }) => metrics.calls.alarm('accept_crashed')],
  ['DenwabanCallsWithoutOwner', ({ metrics }) => metrics.calls.alarm('call_orphaned')],
  ['DenwabanCallsWithoutOwner', ({ metrics }) => metrics.calls.alarm('call_missed')],
  ['DenwabanMessagesDead', ({ metrics }) => metrics.outbox.onDead('email')],
];

for (const [alert, happens] of ONCE) {
  t.test(`${alert} is raised by the first one, though the process has counted none before`, async (t) => {
    for (const size of [1, 3]) {
      const [monitoring, [process]] = await lineOf(size);
      t.same(firedIn(monitoring), []);
      if (process !== undefined) happens(process);
      await monitoring.pass(2);
      t.same(firedIn(monitoring), [alert], `${size}`);
    }
  });

  t.test(`${alert} is raised by what happens before a new process is read for the first time`, async (t) => {
    const [monitoring, [dying]] = await lineOf(1);
    if (dying !== undefined) monitoring.stop(dying);
    happens(monitoring.start('10.0.0.9:8000'));
    await monitoring.pass(1);
    t.same(firedIn(monitoring), [alert]);
  });
}

/** States, and the minutes after which they are told. */
const STATES: readonly (readonly [alert: string, minutes: number, begins: (process: Process) => void])[] = [
  ['DenwabanCallsStuck', 3, ({ shows }) => (shows.overMax = 1)],
  ['DenwabanMessagesUnresolved', 11, ({ metrics }) => metrics.outbox.onUnresolved(1)],
  ['DenwabanClockSkew', 6, ({ shows }) => (shows.skewMs = -90_000)],
  ['DenwabanEventLoopBlocked', 6, ({ shows }) => (shows.lagSeconds = 0.5)],
  ['DenwabanWritesWait', 2, ({ shows }) => (shows.waiting = 300)],
  ['DenwabanLogLost', 2, ({ shows }) => (shows.dropped = 1)],
  ['DenwabanOldSecret', 6, ({ metrics }) => metrics.webhook('verified_old_key')],
];

for (const [alert, minutes, begins] of STATES) {
  t.test(`${alert} is raised after ${minutes} minutes, by one process of three, too`, async (t) => {
    const [monitoring, [process]] = await lineOf(3);
    if (process !== undefined) begins(process);
    await monitoring.pass(minutes - 1);
    t.ok(alert === 'DenwabanLogLost' || !monitoring.fired.has(alert), 'not at once');
    await monitoring.pass(1);
    t.same(firedIn(monitoring), [alert]);
    t.notMatch(monitoring.fired.get(alert), /\(no /);
  });
}

t.test('a process that is gone is named; only when none is left all calls fail', async (t) => {
  const [monitoring, processes] = await lineOf(2);
  const [first, second] = processes;
  if (first === undefined || second === undefined) return t.fail();
  monitoring.stop(first);
  await monitoring.pass(3);
  t.same(firedIn(monitoring), ['DenwabanNodeDown']);
  t.match(monitoring.fired.get('DenwabanNodeDown'), /^10\.0\.0\.1:8000 has not/);
  monitoring.stop(second, false);
  await monitoring.pass(2);
  t.same(firedIn(monitoring), ['DenwabanDown', 'DenwabanNodeDown']);
});

t.test('a process that begins with a wrong secret is told of; what a stranger sends is not', async (t) => {
  for (const [result, alerts] of [
    ['signature_mismatch', ['DenwabanWebhooksRefused']],
    ['timestamp_window', ['DenwabanWebhooksRefused']],
    ['headers_missing', []],
    ['signature_format', []],
  ] as const) {
    const [monitoring, [process]] = await lineOf(1);
    await monitoring.pass(6, () => process?.metrics.webhook(result));
    t.same(firedIn(monitoring), alerts, result);
  }
});

t.test('nobody answered for three hours of a working day', async (t) => {
  const [idle] = await lineOf(3, MORNING);
  await idle.pass(190, () => {}, 10);
  t.same(firedIn(idle), ['DenwabanNoCalls']);

  const [refusing, [strict]] = await lineOf(1, MORNING);
  await refusing.pass(190, () => strict && refuse(strict, 'unknown_number'), 10);
  t.same(firedIn(refusing), ['DenwabanNoCalls'], 'every call is refused');

  const [answering, [one]] = await lineOf(1, MORNING);
  await answering.pass(240, (minute) => minute % 100 === 0 && one && talk(one), 10);
  t.same(firedIn(answering), []);

  const fresh = new Monitoring('2026-11-24T13:00+09:00');
  fresh.start('10.0.0.1:8000');
  await fresh.pass(60);
  t.same(firedIn(fresh), [], 'nobody knows the number yet');
});

t.test('calls fail: a tenth of many, half of a few; refusals and long calls are none', async (t) => {
  const [many, [busy]] = await lineOf(1);
  await many.pass(15, () => {
    if (busy === undefined) return;
    times(2, () => talk(busy));
    busy.metrics.calls.ended('model_unresponsive', 'openai');
    times(20, () => refuse(busy, 'closed'));
  });
  t.same(firedIn(many), ['DenwabanCallsFail'], 'refusals do not hide it');

  const [few, [quiet]] = await lineOf(1);
  await few.pass(60, (minute) => minute % 15 === 3 && quiet?.metrics.calls.ended('accept_timeout', 'openai'));
  t.same(firedIn(few), ['DenwabanCallsFail'], 'four calls an hour, and none works');

  const [meant, [process]] = await lineOf(1);
  await meant.pass(60, () => {
    if (process === undefined) return;
    refuse(process, 'closed');
    refuse(process, 'blocked_caller');
    process.metrics.calls.ended('max_duration', 'denwaban');
  });
  t.same(firedIn(meant), [], 'as was asked for');

  const [single, [night]] = await lineOf(1);
  await single.pass(20, (minute) => {
    if (night === undefined) return;
    if (minute === 3) night.metrics.calls.ended('sideband_lost', 'openai');
    if (minute === 4) night.metrics.calls.toolAnswered('update_attendance', 'timeout', 8_000);
    if (minute === 5) talk(night, { ringMs: 4_000, gapMs: 4_000 });
  });
  t.same(firedIn(single), [], 'one call of a night');
});

t.test('three of a kind are enough: tools that fail, callers who hear ringing', async (t) => {
  const [failing, [process]] = await lineOf(1);
  await failing.pass(5, (minute) => {
    if (minute < 3) process?.metrics.calls.toolAnswered(`tool_${minute}`, 'failed', 900);
  });
  t.same(firedIn(failing), ['DenwabanToolsFail'], 'each tool for the first time');

  const [ringing, [slow]] = await lineOf(1);
  await ringing.pass(6, () => slow && talk(slow, { ringMs: 4_000, gapMs: 4_000 }));
  await ringing.pass(5);
  t.same(firedIn(ringing), ['DenwabanAcceptSlow', 'DenwabanSlowAnswers']);
});

t.test('room that is short is told of, and so is a rule that refuses many', async (t) => {
  for (const rule of ['capacity', 'unknown_trunk']) {
    const [monitoring, [process]] = await lineOf(1);
    await monitoring.pass(2, () => times(4, () => process && refuse(process, rule)));
    t.same(firedIn(monitoring), ['DenwabanBusy'], rule);
  }
});

t.test('a database that is away is told of at night, when nobody calls', async (t) => {
  const [away, processes] = await lineOf(3);
  await away.pass(5, () => processes.forEach((process) => ask(process, false)));
  t.same(firedIn(away), ['DenwabanWritesWait']);

  const [partly, [cut, ...others]] = await lineOf(3);
  await partly.pass(10, () => {
    if (cut !== undefined) ask(cut, false);
    for (const process of others) ask(process, true);
  });
  t.same(firedIn(partly), [], 'one of three: the others serve');

  const [slow, [process]] = await lineOf(1);
  await slow.pass(8, () => process && ask(process, true, 400));
  t.same(firedIn(slow), ['DenwabanStoreSlow']);
});

t.test('messages that are refused are told of when they are many', async (t) => {
  const [monitoring, [process]] = await lineOf(1);
  await monitoring.pass(3, () => {
    process?.metrics.outbox.onSent('sms', 'refused');
    process?.metrics.outbox.onFailed('sms');
    times(4, () => process?.metrics.outbox.onSent('webhook', 'sent'));
  });
  t.same(firedIn(monitoring), ['DenwabanMessagesFail']);
  t.match(monitoring.fired.get('DenwabanMessagesFail'), /: sms\.$/);
});

t.test('events that are strange: more of them in each call, not more calls', async (t) => {
  const [monitoring, [process]] = await lineOf(1, '2026-11-19T09:00+09:00');
  const day = async (calls: number, ignored = 40): Promise<void> =>
    monitoring.pass(
      24 * 60,
      (minute) => times(minute < 540 ? calls : 0, () => process && talk(process, { ignored })),
      30,
    );
  for (const calls of [4, 4, 0, 0]) await day(calls);
  monitoring.fired.clear();
  await day(40);
  t.same(firedIn(monitoring), []);
  await day(8, 400);
  t.same(firedIn(monitoring), ['DenwabanStrangeEvents']);

  const [changed, [other]] = await lineOf(1);
  await changed.pass(5, () => times(3, () => other?.metrics.calls.strangeEvent('malformed')));
  t.same(firedIn(changed), ['DenwabanStrangeEvents'], 'an event has another shape');
});

t.test('a day that was expensive', async (t) => {
  const [monitoring, [process]] = await lineOf(1, '2026-11-22T09:00+09:00');
  const none = {
    textIn: 0,
    textInCached: 0,
    audioIn: 0,
    audioInCached: 0,
    textOut: 0,
    audioOut: 0,
    seconds: 0,
  };
  await monitoring.pass(600, () => process?.metrics.calls.usage('gpt-realtime-2.1', 'response', none, 3), 10);
  t.same(firedIn(monitoring), ['DenwabanCost']);
});

t.test('each alert has fired in one of these scenes', async (t) => {
  t.same([...seen].toSorted(), rules.map(({ alert }) => alert).toSorted());
});
