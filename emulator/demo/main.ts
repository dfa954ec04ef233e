import { describeError } from '../../src/errors.ts';
import { runDemo } from './demo.ts';
import { HELP, readOptions, type DemoOptions } from './options.ts';
import { paintFor } from './paint.ts';
import { Screen } from './screen.ts';

const options = parse(process.argv.slice(2));
if (options === null) {
  process.exitCode = 2;
} else if (options.help) {
  process.stdout.write(HELP);
} else {
  const pace = process.stdout.isTTY ? 'characters' : 'at once';
  const screen = new Screen(process.stdout, paintFor(process.stdout, process.env['NO_COLOR']), pace);
  process.exitCode = await run(options, screen);
}

async function run(chosen: DemoOptions, screen: Screen): Promise<number> {
  try {
    return (await runDemo(chosen, screen)) ? 0 : 1;
  } catch (error) {
    screen.flush();
    process.stderr.write(`The demo broke off: ${describeError(error)}\n`);
    // A service that could not start may have left something open that would keep the process alive.
    return process.exit(1);
  }
}

function parse(args: readonly string[]): DemoOptions | null {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return null;
  }
}
