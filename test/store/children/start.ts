import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CHILD_FLAGS } from '../../run/flags.ts';

/** A process of the tests and the lines it has said. */
export interface Child {
  readonly pid: number;
  readonly lines: string[];
  /** Resolves when the process has said `count` lines. */
  said(count: number): Promise<void>;
  /** Ends the process at once and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `name` of this folder with the given arguments. */
export function startChild(name: string, ...args: string[]): Child {
  const script = fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
  const process_: ChildProcess = spawn(process.execPath, [...CHILD_FLAGS, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: process_.stdout ?? fail(name) });
  reader.on('line', (line) => lines.push(line));
  const closed = once(process_, 'close');
  return {
    pid: process_.pid ?? fail(name),
    lines,
    said: async (count) => {
      while (lines.length < count) await once(reader, 'line');
    },
    kill: async (signal = 'SIGKILL') => {
      process_.kill(signal);
      await closed;
    },
  };
}

function fail(name: string): never {
  throw new Error(`${name} did not start`);
}
