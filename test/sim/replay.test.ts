import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { Chance } from './chance.ts';
import { Trace } from './trace.ts';
import { runWorld } from './world.ts';

const MAIN = join(packageRoot(), 'build/test/sim/main.js');

async function digestOf(seed: number): Promise<string | null> {
  return (await runWorld(seed, { trace: new Trace(true, null) })).digest;
}

t.test('the same seed is the same world, line by line', async (t) => {
  for (let seed = 1; seed <= 40; seed += 1)
    t.equal(await digestOf(seed), await digestOf(seed), `seed ${seed}`);
});

t.test('a world does not depend on those that were played before it', async (t) => {
  const alone = await digestOf(7);
  await runWorld(8);
  await runWorld(9);
  t.equal(await digestOf(7), alone);
});

t.test('another seed is another world', async (t) => {
  const first = await digestOf(1);
  t.not(await digestOf(2), first);
});

t.test('being watched changes nothing', async (t) => {
  const { steps, ms } = await runWorld(3);
  t.match(await runWorld(3, { trace: new Trace(true, null) }), { steps, ms });
});

t.test('parts of a world have chances of their own', async (t) => {
  const one = new Chance(5);
  const first = one.fork('a').next();
  t.equal(new Chance(5).fork('a').next(), first);
  t.not(new Chance(5).fork('b').next(), first);
});

t.test('no clock and no chance of the machine is asked', async (t) => {
  const folder = join(packageRoot(), 'test/sim');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  t.ok(files.length > 20);
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    t.notMatch(
      text,
      /Date\.now|new Date\(|Math\.random|performance\.|setTimeout|setInterval|system(Clock|Random)/,
      name,
    );
  }
});

t.test('the command plays a seed, says what it came to and tells of its options', async (t) => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [MAIN, '--seed', '1']);
  t.match(
    stdout,
    /^seed 1: everything held\n[\d.]+ s, \d+ steps, \d of \d calls answered, trace [0-9a-f]{16}\n$/,
  );
  t.match(
    (await run(process.execPath, [MAIN, '--seed', '1', '--trace'])).stdout,
    /rtc_1 rings[\s\S]*everything held/,
  );
  t.match(
    (await run(process.execPath, [MAIN, '--seeds', '3', '--from', '5'])).stdout,
    /^3 seeds from 5: 0 failed/,
  );
  t.match((await run(process.execPath, [MAIN, '--help'])).stdout, /--keep-going/);
  await t.rejects(run(process.execPath, [MAIN, '--seeds', 'many']), { code: 2, stderr: /--seeds many/ });
  await t.rejects(run(process.execPath, [MAIN, '--trace']), { code: 2, stderr: /--seed/ });
});
