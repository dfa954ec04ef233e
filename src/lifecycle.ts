import type { FastifyInstance } from 'fastify';
import { build } from './app.ts';
import { callAtWork } from './call/isolation.ts';
import type { Config } from './config.ts';
import { describeError } from './errors.ts';
import { createLogger } from './logger.ts';

/** Closing the server, the recorder and the store takes at most this after the drain, ms. */
const CLOSE_TIMEOUT_MS = 10_000;
/** Closing words and hang-ups after the drain deadline, ms. */
const DRAIN_MARGIN_MS = 35_000;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Starts the service of this process and keeps it until a signal stops it. */
export async function start(config: Config, warnings: readonly string[], host: string): Promise<void> {
  const { log, droppedLines } = createLogger({ level: config.LOG_LEVEL });
  for (const warning of warnings) log.warn(warning);
  try {
    const app = await build({ config, log, droppedLogLines: droppedLines });
    guard(app);
    await app.listen({ port: config.PORT, host, listenTextResolver: sayListening });
  } catch (error) {
    log.fatal({ reason: describeError(error) }, `Start failed: ${describeError(error)}`);
    process.exit(1);
  }
}

/** The address as a person types it. */
function sayListening(address: string): string {
  const { port } = new URL(address);
  return `Server listening: http://localhost:${port}`;
}

/** Stops on a signal, once; keeps a defect inside the call that it belongs to. */
function guard(app: FastifyInstance): void {
  let stopping = false;
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (stopping) {
        app.log.info({ signal }, 'Stopping already');
        return;
      }
      stopping = true;
      void stop(app, signal, 0);
    });
  }
  process.on('unhandledRejection', (reason) => {
    if (!crashCall(app, reason))
      app.log.error({ reason: describeError(reason) }, 'Rejection without a handler');
  });
  process.on('uncaughtException', (error) => {
    if (crashCall(app, error) || stopping) return;
    stopping = true;
    app.log.fatal({ reason: describeError(error) }, 'Uncaught exception: no new calls, stopping when idle');
    void stop(app, 'uncaughtException', 1);
  });
}

function crashCall(app: FastifyInstance, reason: unknown): boolean {
  const callId = callAtWork();
  if (callId === null || !app.callManager.crash(callId)) return false;
  app.log.error(
    { call_id: callId, reason: describeError(reason) },
    'Call ended: an error in it had no handler',
  );
  return true;
}

async function stop(app: FastifyInstance, cause: string, exitCode: number): Promise<void> {
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
  app.log.info('Stopped');
  setTimeout(kill, CLOSE_TIMEOUT_MS).unref();
  process.exitCode = exitCode;
  process.exit();
}

/** process.exit waits for a log pipe that nobody reads; this does not. */
function kill(): void {
  process.kill(process.pid, 'SIGKILL');
}
