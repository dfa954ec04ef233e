import { existsSync } from 'node:fs';
import { configWarnings, listenHost, loadConfig, type Config } from './config.ts';
import { describeError } from './errors.ts';
import { systemClock } from './lib/clock.ts';

/** Exit codes: 1 for a start that failed, 0 for a stop that was asked for. */
const FAILED = 1;

loadEnvFile();
// The configuration is judged before anything heavy is loaded: a wrong one is refused at once.
const config = readConfig();
const { start } = await import('./lifecycle.ts');
await start(config, configWarnings(config, process.env, systemClock.now()), listenHost(config));

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(FAILED);
  }
}

/** Reads `.env` of the working directory when there is one. What the environment says already wins. */
function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
