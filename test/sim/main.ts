import { parseArgs } from 'node:util';
import { Trace } from './trace.ts';
import { runWorld } from './world.ts';

const HELP = `npm run sim -- [options]

Plays whole worlds over virtual time: several processes of the service, one store, OpenAI's side and its callers,
with crashes, freezes, losses and delays, all decided by a seed. The same seed is the same world.

  --seed N      one seed
  --trace       with --seed: every line of what happened
  --seeds N     that many seeds, one after another           (default 1000)
  --from M      the first of them                            (default 1)
  --keep-going  do not stop at the first seed that fails
  --help        this text

Exit code 0: everything held. 1: a seed failed; it is printed, with the command that plays it again. 2: bad options.
`;

/** Progress is told this often, seeds. */
const TELL_SEEDS = 500;

interface Options {
  readonly seed: number | null;
  readonly seeds: number;
  readonly from: number;
  readonly trace: boolean;
  readonly keepGoing: boolean;
}

let options: Options | null | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nSee --help.\n`);
  process.exitCode = 2;
}
if (options === null) process.stdout.write(HELP);
else if (options !== undefined)
  process.exitCode = options.seed === null ? await many(options) : await one(options.seed, options.trace);

function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      'keep-going': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.trace && values.seed === undefined)
    throw new RangeError('--trace needs --seed: a trace is of one seed');
  return {
    seed: values.seed === undefined ? null : count('--seed', values.seed),
    seeds: count('--seeds', values.seeds),
    from: count('--from', values.from),
    trace: values.trace,
    keepGoing: values['keep-going'],
  };
}

function count(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${name} ${text}: write a whole number, such as 42`);
  return Number(text);
}

async function one(seed: number, traced: boolean): Promise<number> {
  const trace = new Trace(true, traced ? (line) => void process.stdout.write(`${line}\n`) : null);
  const { failure, ms, steps, digest, answered, calls } = await runWorld(seed, { trace });
  process.stdout.write(
    `seed ${seed}: ${failure === null ? 'everything held' : `${failure.name}: ${failure.detail}`}\n` +
      `${(ms / 1_000).toFixed(1)} s, ${steps} steps, ${answered} of ${calls} calls answered, trace ${digest?.slice(0, 16) ?? ''}\n`,
  );
  return failure === null ? 0 : 1;
}

async function many({ seeds, from, keepGoing }: Options): Promise<number> {
  const sums = { failed: 0, answered: 0, calls: 0, ms: 0 };
  let done = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { failure, answered, calls, ms } = await runWorld(seed);
    done += 1;
    sums.answered += answered;
    sums.calls += calls;
    sums.ms += ms;
    if (failure !== null) {
      sums.failed += 1;
      process.stdout.write(
        `seed ${seed} failed: ${failure.name}: ${failure.detail}\n  npm run sim -- --seed ${seed} --trace\n`,
      );
      if (!keepGoing) break;
    }
    if (done % TELL_SEEDS === 0)
      process.stderr.write(`${done} of ${seeds} seeds, ${sums.failed} failed, next is ${seed + 1}\n`);
  }
  process.stdout.write(
    `${done} seeds from ${from}: ${sums.failed} failed; ${sums.answered} of ${sums.calls} calls answered in ${(sums.ms / 3_600_000).toFixed(1)} simulated hours\n`,
  );
  return sums.failed === 0 ? 0 : 1;
}
