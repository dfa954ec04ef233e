import { parseArgs } from 'node:util';

export interface ConsoleOptions {
  readonly help: boolean;
  /** Whether the words come from a real Realtime session. */
  readonly live: boolean;
  /** How many times faster than real speech both sides speak. */
  readonly speed: number;
  readonly logs: boolean;
  /** Row of the sample roster that the reader calls as; `list` shows the rows instead; null: somebody unknown. */
  readonly as: number | 'list' | null;
  /** Directory of a store that is kept; null: a temporary one. */
  readonly dataDir: string | null;
  /** Whether the sample roster is imported. */
  readonly roster: boolean;
}

/** About as fast as one reads. */
const DEFAULT_SPEED = 4;
const MAX_SPEED = 100;

export const COMMANDS = `  /1 … /9 /0 /* /#   presses that key
  /wait N            says nothing for N seconds (for piped input)
  /quit, Ctrl-C      hangs up
  /help              this list
Anything else is what you say; an empty line says nothing.
Who begins to write while it is quiet is heard to speak, and is waited for.`;

export const HELP = `npm run call [-- options]
Examples: npm run call -- --as list
          npm run call -- --as 3

You are the caller: write what you say, line by line. The service, its store (fresh, in a temporary directory) and its
session manager are the real ones; OpenAI's telephone side is the emulator. The applicants of
scenarios/sample-roster.csv are imported, with their dates moved to the coming days. At the end it prints what was
stored, and the row of the attendance list.
Lines may be piped in; the end of the input hangs up.

${COMMANDS}

Options
  --as N       You call as row N of the sample roster, from the number on file. Default: from an unknown number.
  --as list    Shows the rows, and calls nobody.
  --data-dir DIR
               Keeps the store in DIR: what one call decided stands in the next. Default: a temporary directory.
  --no-roster  Imports nobody.
  --live       The words come from a text session of OpenAI's Realtime API instead of the stand-in made of rules.
               Needs OPENAI_API_KEY, and costs money. Takes OPENAI_BASE_URL, REALTIME_MODEL, REALTIME_ORIGIN.
               Tested against the emulator's own Realtime session only, never yet against OpenAI.
  --speed N    N times faster than real speech, 1 to ${MAX_SPEED}. Default ${DEFAULT_SPEED}.
  --logs       The service's own log, JSON lines, on standard error.
  --help       This text.

The service also takes from the environment: SCENARIO, TRANSFER_TARGETS, MAX_CALL_SECONDS, TOOL_TIMEOUT_MS,
TOOL_FILLER_MS, SILENCE_REPROMPT_SECONDS, SILENCE_KEYPAD_SECONDS, SILENCE_CLOSE_SECONDS. A file .env is read.
`;

/** Variables that reach the service from the environment of the program. */
export const PASSED_ON = [
  'SCENARIO',
  'TRANSFER_TARGETS',
  'MAX_CALL_SECONDS',
  'TOOL_TIMEOUT_MS',
  'TOOL_FILLER_MS',
  'SILENCE_REPROMPT_SECONDS',
  'SILENCE_KEYPAD_SECONDS',
  'SILENCE_CLOSE_SECONDS',
  'REALTIME_MODEL',
] as const;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): ConsoleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      live: { type: 'boolean', default: false },
      speed: { type: 'string', default: String(DEFAULT_SPEED) },
      logs: { type: 'boolean', default: false },
      as: { type: 'string' },
      'data-dir': { type: 'string' },
      'no-roster': { type: 'boolean', default: false },
    },
  });
  const speed = Number(values.speed);
  if (!(speed >= 1 && speed <= MAX_SPEED)) throw new Error(`--speed takes a number from 1 to ${MAX_SPEED}`);
  const as = readPerson(values.as);
  const roster = !values['no-roster'];
  if (!roster && as !== null) throw new Error('--as calls as a row of the roster: leave out --no-roster');
  if (values['data-dir'] === '') throw new Error('--data-dir takes a directory');
  return {
    help: values.help,
    live: values.live,
    speed,
    logs: values.logs,
    as,
    dataDir: values['data-dir'] ?? null,
    roster,
  };
}

function readPerson(text: string | undefined): ConsoleOptions['as'] {
  if (text === undefined || text === 'list') return text ?? null;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error('--as takes the number of a row of the sample roster; --as list shows them');
  }
  return number;
}
