import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetEnvironment } from './control.ts';
import { answering } from './figures/answering.ts';
import { boots } from './figures/boots.ts';
import { calls, wholeCalls } from './figures/calls.ts';
import { events } from './figures/events.ts';
import { cpuOf, type Bench, type Figure } from './figures/figure.ts';
import { functions } from './figures/functions.ts';
import { held } from './figures/held.ts';
import { webhooks } from './figures/webhooks.ts';
import { HELP, readOptions, type Options, type Section } from './options.ts';
import { startPeer, type Peer } from './peer.ts';
import { API_KEY, hangUpConnections, SECRET } from './ringing.ts';
import { misses, table } from './table.ts';
import { startTarget } from './target.ts';

/** Calls that each target plays before it is measured, so that its code is compiled: the embedded engine's most of all. */
const WARM_UP_CALLS = { quick: 150, full: 600 };
/** Sections for which both targets run all the time; the others start their own. */
const RUNNING: Partial<Record<Section, (bench: Bench) => Promise<Figure[]>>> = {
  answering,
  webhooks,
  calls,
  events,
  functions,
};

let options: Options | null = null;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
if (options === null) console.log(HELP);
else process.exitCode = await run(options);

async function run(chosen: Options): Promise<number> {
  const startedAt = performance.now();
  const progress = (text: string): void => {
    console.error(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${text}`);
  };
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-bench-'));
  const peer = await startPeer();
  try {
    const environment: TargetEnvironment = {
      OPENAI_BASE_URL: peer.baseUrl,
      OPENAI_API_KEY: API_KEY,
      OPENAI_WEBHOOK_SECRET: SECRET,
      DATA_DIR: join(directory, 'data'),
    };
    const figures = await measure(chosen, peer, environment, directory, progress);
    console.log(`\n${machine()}\n\n${table(figures)}\n`);
    const missed = misses(figures);
    console.log(
      missed.length === 0 ? 'All goals are met.' : `Missed: ${missed.map(({ name }) => name).join('; ')}`,
    );
    return chosen.strict && missed.length > 0 ? 1 : 0;
  } finally {
    hangUpConnections();
    await peer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(
  chosen: Options,
  peer: Peer,
  environment: TargetEnvironment,
  directory: string,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  progress('starting both targets');
  const profiling = chosen.profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${chosen.profile}`];
  const floor = await startTarget('floor', environment, profiling);
  const service = await startTarget('service', environment, profiling);
  const bench: Bench = {
    peer,
    targets: [floor, service],
    quick: chosen.quick,
    directory,
    rounds: chosen.quick ? 3 : 5,
    progress,
  };
  try {
    for (const target of bench.targets) {
      progress(`warming up: ${target.name}`);
      await cpuOf(target, () => wholeCalls(bench, target, WARM_UP_CALLS[chosen.quick ? 'quick' : 'full']));
    }
    for (const section of chosen.sections) figures.push(...((await RUNNING[section]?.(bench)) ?? []));
  } finally {
    await floor.stop();
    await service.stop();
  }
  if (chosen.sections.includes('boots')) figures.push(...(await boots(bench, environment)));
  if (chosen.sections.includes('held')) figures.push(...(await held(bench, environment)));
  return figures;
}

function machine(): string {
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}`;
}
