import type { FastifyInstance } from 'fastify';
import { build, type AppOptions } from './app.ts';
import { callAtWork } from './call/isolation.ts';
import type { Config } from './config.ts';
import { describeError } from './errors.ts';
import { systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { createLogger, type LogRoot } from './logger.ts';

/** Closing the server, the recorder and the store takes at most this after the drain, ms. */
const CLOSE_TIMEOUT_MS = 10_000;
/** A reader of the log that is behind gets this long, ms. */
const LOG_FLUSH_MS = 500;
/** Closing words and hang-ups after the drain deadline, ms. */
const DRAIN_MARGIN_MS = 35_000;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Starts the service of this process and keeps it until a signal stops it. */
export async function start(
  config: Config,
  warnings: readonly string[],
  host: string,
  parts: Pick<AppOptions, 'extraTools'> = {},
): Promise<void> {
  const logRoot = createLogger({ level: config.LOG_LEVEL });
  const { log } = logRoot;
  const life = guard(logRoot);
  for (const warning of warnings) log.warn({}, warning);
  try {
    const app = await build({ ...parts, config, log, droppedLogLines: logRoot.droppedLines });
    life.app = app;
    await app.listen({ port: config.PORT, host, listenTextResolver: sayListening });
  } catch (error) {
    // A stop that was asked for meanwhile closes the app under the hands of `listen`.
    if (life.stopping) return;
    log.fatal({}, `Start failed: ${describeError(error)}`);
    await leave(logRoot, 1);
  }
}

/** One line per address, this machine's own as a person types it. */
function sayListening(address: string): string {
  return `Server listening: ${address.replace(/127\.0\.0\.1|\[::1\]/, 'localhost')}`;
}

/** What the listeners of the process know. */
interface Life {
  /** Null while the service starts. */
  app: FastifyInstance | null;
  stopping: boolean;
}

/**
 * Stops on a signal, once; keeps a defect inside the call that it belongs to. Listens from the beginning: the first
 * process of a container is deaf to signals that it has no listener for.
 */
function guard(logRoot: LogRoot): Life {
  const { log } = logRoot;
  const life: Life = { app: null, stopping: false };
  const end = (cause: string, exitCode: number): void => {
    life.stopping = true;
    void (life.app === null ? leave(logRoot, exitCode) : stop(life.app, logRoot, cause, exitCode));
  };
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (life.stopping) log.info({ signal }, 'Stopping already');
      else end(signal, 0);
    });
  }
  process.on('unhandledRejection', (reason) => {
    if (!crashCall(life.app, log, reason))
      log.error({ reason: describeError(reason) }, 'Rejection without a handler');
  });
  process.on('uncaughtException', (error) => {
    if (crashCall(life.app, log, error)) return;
    log.fatal({ reason: describeError(error) }, 'Uncaught exception: no new calls, stopping when idle');
    if (!life.stopping) end('uncaughtException', 1);
  });
  return life;
}

/** An error that belongs to a call ends that call, if it still lasts, and nothing else. */
function crashCall(app: FastifyInstance | null, log: Log, reason: unknown): boolean {
  const callId = callAtWork();
  if (app === null || callId === null) return false;
  const live = app.callManager.crash(callId);
  log.error(
    { call_id: callId, live, reason: describeError(reason) },
    'An error in the code of a call had no handler: the call ends, the others go on',
  );
  return true;
}

async function stop(app: FastifyInstance, logRoot: LogRoot, cause: string, exitCode: number): Promise<void> {
  const drainMs = app.config.DRAIN_SECONDS * 1_000;
  app.log.info({ cause, calls: app.callManager.calls }, 'Stopping: no new calls, live calls may finish');
  const patience = setTimeout(kill, drainMs + DRAIN_MARGIN_MS + CLOSE_TIMEOUT_MS);
  patience.unref();
  try {
    await app.callManager.drain(drainMs);
    await app.close();
  } catch (error) {
    app.log.error({ reason: describeError(error) }, 'Stopping was not clean');
  }
  app.log.info({}, 'Stopped');
  await leave(logRoot, exitCode);
}

/** Waits a moment for a slow reader of the log, then ends the process whatever still holds it. */
async function leave(logRoot: LogRoot, exitCode: number): Promise<void> {
  await logRoot.flush(systemClock, LOG_FLUSH_MS);
  process.exit(exitCode);
}

/** process.exit waits for a log pipe that nobody reads; this does not. */
function kill(): void {
  process.kill(process.pid, 'SIGKILL');
}
