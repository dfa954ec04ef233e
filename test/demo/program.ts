import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { CHILD_FLAGS } from '../run/flags.ts';

/** What a program left behind. */
export interface Run {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Piped in; then the input ends. */
  readonly input?: string;
}

/** Runs a compiled program of the emulator, such as `demo/main.js`, without a terminal. */
export async function run(t: Test, program: string, options: RunOptions = {}): Promise<Run> {
  const path = fileURLToPath(new URL(`../../emulator/${program}`, import.meta.url));
  const child = spawn(process.execPath, [...CHILD_FLAGS, path, ...(options.args ?? [])], {
    // A .env of the developer must not decide what a test sees.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  // A program that ends before it has read everything is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<unknown[]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}
