import { fork, spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ask, Question, Reply, TargetEnvironment, Usage } from './control.ts';

export type TargetName = 'floor' | 'service';

/** One target process, listening. */
export interface Target {
  readonly name: TargetName;
  readonly port: number;
  /** From the start of the process until it listens, ms. */
  readonly bootMs: number;
  /**
   * `collect` collects garbage first; `settle` waits until all calls but the held ones are over and stored.
   *
   * @param held calls that are up on purpose; default none
   */
  ask(ask: Ask, held?: number): Promise<Usage>;
  /** Lets it stop in good order. */
  stop(): Promise<void>;
  /** Ends it without a warning. */
  kill(): Promise<void>;
}

/** A process that does not start or answer by then is broken, ms. The first boot builds the store. */
const PATIENCE_MS = 60_000;
/** A stop in good order takes less, ms. */
const STOP_MS = 20_000;

/**
 * Starts a target in a process of its own. Its log goes through a pipe to another process that throws it away: read
 * here, each line would delay the peer.
 *
 * @param nodeOptions further options of Node, such as --cpu-prof
 */
export async function startTarget(
  name: TargetName,
  environment: TargetEnvironment,
  nodeOptions: readonly string[] = [],
): Promise<Target> {
  const startedAt = performance.now();
  const here = fileURLToPath(import.meta.url);
  const reader = spawn('cat', { stdio: ['pipe', 'ignore', 'inherit'] });
  const child = fork(fileURLToPath(new URL(`${name}${extname(here)}`, import.meta.url)), {
    execArgv: [
      ...process.execArgv.filter((option) => option !== '--expose-gc'),
      '--expose-gc',
      ...nodeOptions,
    ],
    stdio: ['ignore', reader.stdin, 'inherit', 'ipc'],
    env: {
      ...environment,
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      MAX_CONCURRENT_CALLS: '10000',
      CALLS_PER_NUMBER_PER_HOUR: '0',
      // Held calls say nothing for longer than any caller would.
      MAX_CALL_SECONDS: '3500',
      SILENCE_REPROMPT_SECONDS: '120',
      SILENCE_KEYPAD_SECONDS: '120',
      SILENCE_CLOSE_SECONDS: '120',
    },
  });
  // The target alone holds the pipe from now on, so that the reader ends with it.
  reader.stdin.destroy();
  const waiting = new Map<number, (usage: Usage) => void>();
  const port = await new Promise<number>((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error(`${name} does not start`)), PATIENCE_MS);
    child.on('message', (reply: Reply) => {
      if ('ready' in reply) {
        clearTimeout(giveUp);
        resolve(reply.ready);
      } else waiting.get(reply.id)?.(reply.usage);
    });
    child.on('exit', (code) => reject(new Error(`${name} exited with ${String(code)}`)));
  });
  const bootMs = performance.now() - startedAt;
  let questions = 0;
  return {
    name,
    port,
    bootMs,
    ask: (ask, held = 0) =>
      new Promise((resolve, reject) => {
        questions += 1;
        const question: Question = { id: questions, ask, held };
        const giveUp = setTimeout(() => reject(new Error(`${name} does not answer: ${ask}`)), PATIENCE_MS);
        waiting.set(question.id, (usage) => {
          clearTimeout(giveUp);
          waiting.delete(question.id);
          resolve(usage);
        });
        child.send(question);
      }),
    stop: () => ended(child, () => child.disconnect()),
    kill: () => ended(child, () => child.kill('SIGKILL')),
  };
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  end();
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
}
