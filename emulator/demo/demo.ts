import { describeError } from '../../src/errors.ts';
import { FastClock } from './fast-clock.ts';
import { openHouse, type House } from './house.ts';
import type { DemoOptions } from './options.ts';
import { printStored } from './report.ts';
import type { Screen } from './screen.ts';
import { DEMO_CALLS, HUNG_UP_EARLY, type DemoCall } from './scripts.ts';
import { playCall } from './stage.ts';
import { judge, type CallFacts, type Sentences } from './verdict.ts';

const SETTINGS = {
  // Shorter than in service, so that the ladder is climbed while somebody watches.
  SILENCE_REPROMPT_SECONDS: '7',
  SILENCE_KEYPAD_SECONDS: '7',
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
    const calls = options.hangUpEarly ? [HUNG_UP_EARLY, ...DEMO_CALLS.slice(1)] : DEMO_CALLS;
    const facts: CallFacts[] = [];
    const problems: string[] = [];
    for (const [index, call] of calls.entries()) {
      printHead(screen, call, index + 1, calls.length);
      const played = await playCall(house, screen, call);
      facts.push(played.facts);
      const found = judge(played.facts, call.expected, sentencesOf(house));
      if (played.failure !== null) found.unshift(played.failure);
      problems.push(...found.map((problem) => `call ${index + 1}: ${problem}`));
    }
    screen.rule('保存された記録');
    screen.paragraph('What the embedded store (PostgreSQL in a temporary directory, with fsync) holds now.');
    printStored(screen, facts);
    printVerdict(screen, problems, facts, performance.now() - startedAt);
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
    `本物のサービスが三本の電話に出ます。OpenAI 側はこの機械の中のエミュレーターで、話す言葉は規則だけの代役です。時間は ${speed} 倍で進みます。`,
    2,
  );
  screen.paragraph(
    `The real service answers three calls. OpenAI's side is an emulator on this machine, its words come from a rule-based stand-in. Time runs ${speed} times faster.`,
    2,
  );
}

function printHead(screen: Screen, call: DemoCall, number: number, total: number): void {
  screen.rule(`${number}/${total} ${call.title}`);
  screen.paragraph(call.english);
  screen.lines('');
}

function printVerdict(
  screen: Screen,
  problems: readonly string[],
  facts: readonly CallFacts[],
  ms: number,
): void {
  const { paint } = screen;
  const cost = facts.reduce((sum, { call }) => sum + (call?.costUsd ?? 0), 0);
  const messages = facts.reduce((sum, each) => sum + each.messages.length, 0);
  const seconds = (ms / 1_000).toFixed(1);
  screen.lines('');
  if (problems.length > 0) {
    for (const problem of problems) screen.lines(paint.red(`✘ ${problem}`));
    screen.lines(
      paint.red(
        paint.bold(
          `✘ The demo does not hold: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}, ${seconds} s`,
        ),
      ),
    );
    return;
  }
  screen.lines(
    paint.green(
      paint.bold(
        `✔ ${facts.length} calls completed, every goodbye heard to its end, ${messages} messages kept, US$${cost.toFixed(4)}, ${seconds} s`,
      ),
    ),
  );
}

function sentencesOf(house: House): Sentences {
  const { greeting, phrases } = house.app.callServices.plan.rules;
  return {
    greeting,
    reprompt: phrases.reprompt,
    offerKeypad: phrases.offerKeypad,
    farewell: phrases.farewell,
  };
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
