import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededChance } from './chance.ts';
import { failed, runCourse } from './course.ts';
import { createDatabase, type OwnDatabase } from './database.ts';
import { openHouse, type House } from './house.ts';
import { killAll } from './node.ts';
import { HELP, readOptions, type Options } from './options.ts';
import { machine, report, type Judged } from './report.ts';

const NO_SERVER = `No PostgreSQL server answers: chaos is skipped. Name one in TEST_DATABASE_URL.`;
/** Seeds that are made up have as many digits as one likes to type. */
const MAX_NEW_SEED = 1_000_000;

let options: Options | null = null;
try {
  options = readOptions(process.argv.slice(2), () => randomInt(MAX_NEW_SEED));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
if (options === null) console.log(HELP);
else process.exit(await main(options));

async function main(chosen: Options): Promise<number> {
  const database = await createDatabase();
  if (database === null) {
    console.log(NO_SERVER);
    console.log('0 passed, 0 failed');
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-chaos-'));
  console.log(`seed ${chosen.seed}; logs in ${directory}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void abandon(database, directory));
  const judged = await run(chosen, database, directory);
  const broken = judged.filter(({ breaches }) => breaches.length > 0).length;
  console.log(`\n${machine()}\n\n${report(judged)}\n`);
  if (broken > 0 || chosen.keep) {
    console.log(
      `kept: database ${database.name}, logs in ${directory}; the same moments again: --seed ${chosen.seed}`,
    );
  } else {
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(`${judged.length - broken} passed, ${broken} failed`);
  return broken === 0 ? 0 : 1;
}

/** Whoever stops the run gets no verdict, and finds nothing left behind. */
async function abandon(database: OwnDatabase, directory: string): Promise<void> {
  console.log('stopped: nothing was judged');
  killAll();
  try {
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  process.exit(1);
}

/** Runs the scenarios in one house. One that cannot go on counts as broken, and is the last. */
async function run(chosen: Options, database: OwnDatabase, directory: string): Promise<Judged[]> {
  const startedAt = performance.now();
  const progress = (text: string): void => {
    console.error(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${text}`);
  };
  const chance = seededChance(chosen.seed);
  const judged: Judged[] = [];
  let house: House | null = null;
  try {
    progress('starting three nodes');
    house = await openHouse(database, directory, chance);
    await runCourse({ house, chance, options: chosen, progress }, judged);
  } catch (error) {
    judged.push(failed('the run', error, (performance.now() - startedAt) / 1_000));
  } finally {
    await house?.close();
  }
  return judged;
}
