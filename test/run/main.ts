import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeTemplates } from '../store/template.ts';
import { NODE_FLAGS } from './flags.ts';
import { testFiles } from './files.ts';
import { complaints, tallyOf, written, type Tally } from './tally.ts';

/**
 * Runs the compiled test files, each in a process of its own, some at once. `tap run` does the same and hooks every
 * import of every process for its coverage, which doubles the time that they take; it remains for the coverage.
 */

/** Files at once. One more than the smallest machine has processors: many tests wait for a socket or a clock. */
const JOBS = 3;

/** Time for a file that names none, s: several times what the longest takes alone. */
const FILE_TIMEOUT_S = 120;

/** No file may name a longer time than this, ms; a process that does not even heed its own is killed. */
const KILL_MS = 240_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, jobs: { type: 'string', default: String(JOBS) } },
});

const names = testFiles(positionals, values.quick);
const total: Tally = { pass: 0, fail: 0, skip: 0 };
const started = performance.now();
let begun = 0;
let ended = 0;

await makeTemplates();

const jobs = Math.max(1, Number(values.jobs));
await Promise.all(
  Array.from({ length: jobs }, async () => {
    for (let name = names[begun++]; name !== undefined; name = names[begun++]) await play(name);
  }),
);
say(`1..${names.length}`);
say(written(total));
say(`# time=${seconds(started)}`);
process.exitCode = total.fail > 0 || names.length === 0 ? 1 : 0;

async function play(name: string): Promise<void> {
  const path = fileURLToPath(new URL(`../${name}.test.js`, import.meta.url));
  const began = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, path], {
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(FILE_TIMEOUT_S) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: KILL_MS,
    killSignal: 'SIGKILL',
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  const tally = tallyOf(stdout, code === 0);
  total.pass += tally.pass;
  total.fail += tally.fail;
  total.skip += tally.skip;
  ended++;
  const result = tally.fail === 0 ? 'ok' : 'not ok';
  say(`${result} ${ended} - ${name} # ${tally.pass} passed, time=${seconds(began)}`);
  if (stderr !== '') say(stderr.trimEnd());
  if (tally.fail > 0) say(`${complaints(stdout)}\n# ${name} ended with ${code ?? child.signalCode}`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)}s`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
