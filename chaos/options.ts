import { parseArgs } from 'node:util';
import { SCENARIOS, type ScenarioName } from './scenarios/index.ts';

export interface Options {
  /** The form that fits into a check of every change. */
  readonly short: boolean;
  readonly seed: number;
  /** After so many minutes a scenario breaks nothing more; null: it goes on to its end. */
  readonly minutes: number | null;
  readonly scenarios: readonly ScenarioName[];
  /** Keeps database and logs also when all went well. */
  readonly keep: boolean;
  /** Directory for CPU profiles of the nodes of `rate` and `soak`; null: none are made. */
  readonly profile: string | null;
}

const names = Object.keys(SCENARIOS) as ScenarioName[];
/** The short form when nothing is named. */
const brief = names.filter((name) => !SCENARIOS[name].alone);
const width = Math.max(...names.map((name) => name.length)) + 2;

export const HELP = `Breaks real processes while people are on the phone, and counts what the callers noticed.

Three nodes of the service behind a proxy, a PostgreSQL server, the emulator as OpenAI's side and as the
callers. Needs a PostgreSQL server: TEST_DATABASE_URL, default postgres://postgres@127.0.0.1:5432/postgres.
A database of its own is made there and dropped again.

  npm run chaos [-- options]

  --short             the form for every change: under 90 seconds
  --scenario <list>   only these, separated by commas
  --seed <number>     the moments and choices of an earlier run; default: a new one, which is printed
  --minutes <number>  each scenario breaks things for so long at most; the table says how often it did
  --keep              keeps database and logs when nothing was broken, too
  --profile <dir>     writes CPU profiles of the nodes of rate and soak there
  --help              this text

Scenarios; those marked * are not of the short form, unless they are named:
${names.map((name) => `  ${name.padEnd(width)}${SCENARIOS[name].alone ? '*' : ' '} ${SCENARIOS[name].about}`).join('\n')}

Exit code 0: nothing was broken; 1: something was, or could not be judged: the seed is printed, and the
database and the nodes' logs are kept; 2: wrong command line. Without a server it says so and ends with 0.`;

/** The longest seed: 32 bits. */
const MAX_SEED = 2 ** 32 - 1;

/**
 * Reads the command line. @returns null when help was asked for
 *
 * @throws TypeError for what is not an option
 */
export function readOptions(args: readonly string[], newSeed: () => number): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      keep: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    short: values.short,
    seed: values.seed === undefined ? newSeed() : seedOf(values.seed),
    minutes: values.minutes === undefined ? null : minutesOf(values.minutes),
    scenarios: scenariosOf(values.scenario, values.short),
    keep: values.keep,
    profile: values.profile ?? null,
  };
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > MAX_SEED)
    throw new TypeError(`--seed ${text}: write a whole number from 0 to ${MAX_SEED}`);
  return seed;
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0)) throw new TypeError(`--minutes ${text}: write a number above 0`);
  return minutes;
}

function scenariosOf(list: string | undefined, short: boolean): readonly ScenarioName[] {
  if (list === undefined) return short ? brief : names;
  const named = list.split(',').map((name) => name.trim());
  const unknown = named.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0)
    throw new TypeError(`--scenario: ${unknown.join(', ')} is none of ${names.join(', ')}`);
  return names.filter((name) => named.includes(name));
}
