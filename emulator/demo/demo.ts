import { describeError } from '../../src/errors.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { judgeAudit, printAudit, verifyHouse } from './audit.ts';
import { printAttendance, printOutbox, readAttendance, type Attendance } from './attendance.ts';
import { messagesSent } from './facts.ts';
import { FastClock } from './fast-clock.ts';
import { openHouse, type House } from './house.ts';
import type { DemoOptions } from './options.ts';
import { printCalls, printMessages } from './report.ts';
import { readSampleRoster, SAMPLE_ROSTER, type SamplePerson } from './sample-roster.ts';
import type { Screen } from './screen.ts';
import { DEMO_CALLS, EXPECTED_END, HUNG_UP_EARLY, type DemoCall } from './scripts.ts';
import { playCall } from './stage.ts';
import { judge, type CallFacts, type Sentences } from './verdict.ts';
import { judgeEnd, type EndFacts } from './verdict-end.ts';

const SETTINGS = {
  // Whatever the hour: who is promoted is told at once.
  QUIET_HOURS: '',
  // Disk and network are no faster than usual while the clock runs many times faster.
  CLAIM_TIMEOUT_MS: '5000',
  ACCEPT_TIMEOUT_MS: '6000',
  SIDEBAND_TIMEOUT_MS: '10000',
};

/**
 * Boots the house, plays the calls, prints what was stored and judges it.
 *
 * @returns whether everything that the demo claims is true
 */
export async function runDemo(options: DemoOptions, screen: Screen): Promise<boolean> {
  const startedAt = performance.now();
  const clock = new FastClock(options.speed);
  printTitle(screen, options);
  const house = await openHouse({ clock, playbackSpeed: 1, env: SETTINGS, logs: options.logs });
  const remove = removeOnInterrupt(house);
  try {
    const roster = await readSampleRoster(clock.now(), systemRandom);
    const { people } = roster;
    const { store } = house.app;
    const imported = await roster.importInto(store.transact, clock.now());
    if (!imported.applied) throw new Error('the sample roster was not imported');
    const before = await readAttendance(store.briefings);
    screen.paragraph(
      `名簿 ${SAMPLE_ROSTER} を取り込みました: ${people.length} 名、${before.slots.length} 日程`,
      2,
    );
    const calls = options.hangUpEarly ? [HUNG_UP_EARLY, ...DEMO_CALLS.slice(1)] : DEMO_CALLS;
    const facts: CallFacts[] = [];
    const problems: string[] = [];
    for (const [index, call] of calls.entries()) {
      printHead(screen, call, index + 1, calls.length);
      const played = await playCall(house, screen, call, people);
      facts.push(played.facts);
      const found = judge(played.facts, call.expected, sentencesOf(house), (number) =>
        codeOf(people, number),
      );
      if (played.failure !== null) found.unshift(played.failure);
      problems.push(...found.map((problem) => `call ${index + 1}: ${problem}`));
    }
    const end: EndFacts = {
      messages: await messagesSent(house),
      attendance: await readAttendance(store.briefings),
      people,
      turns: facts.flatMap(({ turns }) => turns),
    };
    const audit = await verifyHouse(house);
    const changes = facts.reduce((sum, each) => sum + each.changes.length, 0);
    problems.push(...judgeEnd(end, EXPECTED_END), ...judgeAudit(audit, facts.length, changes));
    printEnd(screen, before, end, facts);
    printAudit(screen, audit);
    printVerdict(screen, problems, facts, end, performance.now() - startedAt);
    return problems.length === 0;
  } finally {
    remove();
    await house.close();
    clock.stop();
  }
}

function printTitle(screen: Screen, { speed }: DemoOptions): void {
  const { paint } = screen;
  screen.lines('', paint.bold('  電話番 Denwaban'), '');
  screen.paragraph(
    `本物のサービスが、見本の名簿の応募者からの電話に出ます。OpenAI 側はこの機械の中のエミュレーターで、話す言葉は規則だけの代役です。時間は ${speed} 倍で進みます。`,
    2,
  );
  screen.paragraph(
    `The real service answers applicants of a sample roster. OpenAI's side is an emulator on this machine, its words come from a rule-based stand-in. Time runs ${speed} times faster.`,
    2,
  );
}

function printHead(screen: Screen, call: DemoCall, number: number, total: number): void {
  screen.rule(`${number}/${total} ${call.title}`);
  screen.paragraph(call.english);
  screen.lines('');
}

/** What the recruiter has afterwards: the list, the messages, what the team is to do. */
function printEnd(screen: Screen, before: Attendance, end: EndFacts, facts: readonly CallFacts[]): void {
  screen.rule('出欠名簿 attendance list');
  printAttendance(screen, before, end.attendance, end.turns);
  screen.rule('送信されるメッセージ text messages');
  screen.lines('');
  printOutbox(screen, end.messages, end.people);
  screen.rule('通話と伝言 calls and messages for the team');
  printCalls(screen, facts);
  printMessages(screen, facts);
}

function printVerdict(
  screen: Screen,
  problems: readonly string[],
  facts: readonly CallFacts[],
  end: EndFacts,
  ms: number,
): void {
  const { paint } = screen;
  const seconds = (ms / 1_000).toFixed(1);
  screen.lines('');
  if (problems.length > 0) {
    for (const problem of problems) screen.lines(paint.red(`✘ ${problem}`));
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    screen.lines(paint.red(paint.bold(`✘ The demo does not hold: ${count}, ${seconds} s`)));
    return;
  }
  const cost = facts.reduce((sum, { call }) => sum + (call?.costUsd ?? 0), 0);
  const changes = facts.reduce((sum, each) => sum + each.changes.length, 0);
  const lines = [
    `✔ ${facts.length} calls completed, every goodbye heard to its end, US$${cost.toFixed(4)}`,
    `✔ ${changes} decisions stored as they were spoken, each after a read-back and a clear yes`,
    `✔ ${end.messages.length} text messages, nobody told twice; ${seconds} s`,
  ];
  screen.lines(...lines.map((line) => paint.green(paint.bold(line))));
}

function codeOf(people: readonly SamplePerson[], number: number): string {
  return people.find((person) => person.number === number)?.code ?? '';
}

function sentencesOf(house: House): Sentences {
  const { greeting, phrases } = house.app.callServices.plan.rules;
  return { greeting, farewell: phrases.farewell };
}

/** Ctrl-C leaves no store behind. @returns takes the handler away again */
function removeOnInterrupt(house: House): () => void {
  const stop = (): void => {
    house.close().then(
      () => process.exit(130),
      (error: unknown) => {
        process.stderr.write(`${describeError(error)}\n`);
        process.exit(130);
      },
    );
  };
  process.once('SIGINT', stop);
  return () => process.off('SIGINT', stop);
}
