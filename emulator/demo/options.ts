import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly help: boolean;
  /** How many times faster than the clock on the wall the calls run. */
  readonly speed: number;
  /** Whether the first caller hangs up in the middle, which the demo has to notice. */
  readonly hangUpEarly: boolean;
  /** Whether the service's log goes to standard error. */
  readonly logs: boolean;
}

/** Fast enough for the whole demo to be over in less than half a minute, slow enough to read along. */
const DEFAULT_SPEED = 22;

/** Above it the clock gets so far ahead of the machine's that signatures of webhooks may be refused. */
const MAX_SPEED = 40;

export const HELP = `npm run demo [-- options]

Plays five telephone calls of applicants from scenarios/sample-roster.csv against the real service, prints the
conversations as they happen, then the attendance list before and after, the text messages that would be sent and
the messages for the team, and checks every claim it makes: exit code 0 when all hold, 1 when one does not.
Names and numbers are made up; the dates of the roster are moved to the coming days. Nothing is sent to anybody.
Needs no account and no network. OpenAI's side is the emulator, its words come from a stand-in made of rules.

Options
  --speed N         N times faster than real time, 1 to ${MAX_SPEED}. Default ${DEFAULT_SPEED}.
  --logs            The service's own log, JSON lines, on standard error.
  --hang-up-early   The first caller hangs up in the middle. The demo has to notice, and fails.
  --help            This text.

Colours are left out when the output is no terminal or NO_COLOR is set.
`;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      speed: { type: 'string', default: String(DEFAULT_SPEED) },
      logs: { type: 'boolean', default: false },
      'hang-up-early': { type: 'boolean', default: false },
    },
  });
  const speed = Number(values.speed);
  if (!(speed >= 1 && speed <= MAX_SPEED)) throw new Error(`--speed takes a number from 1 to ${MAX_SPEED}`);
  return { help: values.help, speed, hangUpEarly: values['hang-up-early'], logs: values.logs };
}
