import { existsSync } from 'node:fs';
import { describeError, DenwabanError } from '../../src/errors.ts';
import { paintFor } from '../demo/paint.ts';
import { printPeople, runConsole } from './console.ts';
import { HELP, readOptions, type ConsoleOptions } from './options.ts';

// As the server does: what the environment says already wins.
if (existsSync('.env')) process.loadEnvFile('.env');

const options = parse(process.argv.slice(2));
if (options === null) {
  process.exitCode = 2;
} else if (options.help) {
  process.stdout.write(HELP);
} else {
  process.exitCode = await run(options);
}

async function run(chosen: ConsoleOptions): Promise<number> {
  const { stdin: input, stdout: output, env } = process;
  try {
    if (chosen.as === 'list') {
      await printPeople({ output, paint: paintFor(output, env['NO_COLOR']) });
      return 0;
    }
    const ok = await runConsole(chosen, env, { input, output, paint: paintFor(output, env['NO_COLOR']) });
    return ok ? 0 : 1;
  } catch (error) {
    const known = error instanceof DenwabanError || !(error instanceof Error);
    process.stderr.write(`${known ? describeError(error) : error.message}\n`);
    // A service that could not start may have left something open that would keep the process alive.
    return process.exit(1);
  }
}

function parse(args: readonly string[]): ConsoleOptions | null {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return null;
  }
}
