/** Holds the data directory named by the argument until it is killed; says `held` or the code of its refusal. */
import { DenwabanError } from '../../../src/errors.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { lockDataDir } from '../../../src/store/data-lock.ts';

try {
  await lockDataDir(process.argv[2] ?? '', { clock: systemClock, random: systemRandom });
  process.stdout.write('held\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${error instanceof DenwabanError ? error.code : String(error)}\n`);
}
