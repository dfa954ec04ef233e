import { parseArgs } from 'node:util';

/** Measurements in the order in which they run. */
export const SECTIONS = ['answering', 'webhooks', 'calls', 'events', 'functions', 'boots', 'held'] as const;

export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly quick: boolean;
  readonly sections: readonly Section[];
  /** Directory for CPU profiles of both targets; null: none are made. */
  readonly profile: string | null;
  /** Exit code 1 when a goal is missed. */
  readonly strict: boolean;
}

export const HELP = `Compares the service with the least code that answers a call, on the same stand-in for OpenAI's side.

  npm run bench [-- options]

  --quick          fewer rounds, up to 1,000 held calls: about 40 seconds
  --only <list>    of ${SECTIONS.join(', ')}; separated by commas
  --profile <dir>  writes CPU profiles of both targets there (not of boots and held)
  --strict         exit code 1 when a goal is missed
  --help           this text`;

/**
 * Reads the command line. @returns null when help was asked for
 *
 * @throws TypeError for what is not an option
 */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    quick: values.quick,
    sections: sectionsOf(values.only),
    profile: values.profile ?? null,
    strict: values.strict,
  };
}

function sectionsOf(list: string | undefined): readonly Section[] {
  if (list === undefined) return SECTIONS;
  const named = list.split(',').map((name) => name.trim());
  const unknown = named.filter((name) => !SECTIONS.some((section) => section === name));
  if (unknown.length > 0) throw new TypeError(`--only: no measurement is called ${unknown.join(', ')}`);
  return SECTIONS.filter((section) => named.includes(section));
}
