import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Emulator } from '../../emulator/index.ts';
import { CHILD_FLAGS } from '../run/flags.ts';
import { seedDataDir } from '../store/template.ts';
import { API_KEY, WEBHOOK_SECRET } from './service.ts';

/** A process of the service, as an operator runs it. */
export interface Starting {
  readonly process: ChildProcess;
  /** Log lines so far; empty when standard output goes somewhere else. */
  readonly lines: string[];
  /** Resolves with the exit code, or the name of the signal that ended the process. */
  readonly exit: Promise<number | string>;
  /** Waits for a log line, that came already or comes, which contains `text`. */
  logged(text: string, timeoutMs?: number): Promise<string>;
}

export interface Child extends Starting {
  readonly url: string;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where the log goes: read by the test (default), a file such as /dev/full, or a pipe that nobody reads any more once it listens. */
  readonly log?: 'read' | 'unread' | { readonly file: string };
  /** Compiled program relative to the folder of this file; default the server's. */
  readonly program?: string;
  /** Needed when the log cannot be read: nobody hears which port was taken. */
  readonly port?: number;
}

/** Time for the process to start: the embedded store makes its files. */
const START_MS = 30_000;

/** Starts the service in a process of its own, waits until it listens and lets the emulator deliver there. */
export async function startChild(t: Test, emulator: Emulator, options: ChildOptions = {}): Promise<Child> {
  const child = spawnChild(t, emulator, {
    ...options,
    env: { ...(await placeOf(t, options)), ...options.env },
  });
  const { log = 'read', port = 0 } = options;
  const url = await (typeof log === 'string' ? announcedUrl(child) : answeringUrl(port));
  if (log === 'unread') child.process.stdout?.removeAllListeners('data').pause();
  emulator.deliverTo(`${url}/openai-webhook`);
  return { ...child, url };
}

/** A directory with an empty database, which a process opens quicker than it makes one in memory. */
async function placeOf(t: Test, { env = {} }: ChildOptions): Promise<Record<string, string>> {
  if (env['DATA_DIR'] !== undefined || env['DATABASE_URL'] !== undefined) return {};
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-child-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  await seedDataDir(join(directory, 'data'));
  return { DATA_DIR: join(directory, 'data') };
}

/** Starts the process and does not wait for anything. */
export function spawnChild(t: Test, emulator: Emulator, options: ChildOptions = {}): Starting {
  const { log = 'read', program = '../../src/server.js', port = 0 } = options;
  const child = spawn(process.execPath, [...CHILD_FLAGS, fileURLToPath(new URL(program, import.meta.url))], {
    env: {
      NODE_ENV: 'test',
      OPENAI_API_KEY: API_KEY,
      OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
      OPENAI_BASE_URL: emulator.baseUrl,
      DATA_DIR: 'memory://',
      HOST: '127.0.0.1',
      PORT: String(port),
      ...options.env,
    },
    stdio: ['ignore', typeof log === 'string' ? 'pipe' : openSync(log.file, 'w'), 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  process.once('exit', () => child.kill('SIGKILL'));
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const lines: string[] = [];
  const onLine = new Set<() => void>();
  if (typeof log === 'string') {
    readLines(child, (line) => {
      lines.push(line);
      for (const look of onLine) look();
    });
  }
  const logged = async (text: string, timeoutMs = START_MS): Promise<string> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        onLine.delete(look);
      };
      const fail = (why: string): void => {
        settle();
        reject(new Error(`no "${text}" ${why}; logged was:\n${lines.join('\n')}`));
      };
      const look = (): void => {
        const line = lines.find((candidate) => candidate.includes(text));
        if (line === undefined) return;
        settle();
        resolve(line);
      };
      const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs);
      onLine.add(look);
      void exit.then((code) => fail(`before the exit with ${code}`));
      look();
    });
  return { process: child, lines, exit, logged };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) onLine(part);
  });
}

async function announcedUrl(child: Starting): Promise<string> {
  const line = await child.logged('Server listening');
  const port = /localhost:(\d+)/.exec(line)?.[1];
  if (port === undefined) throw new Error(`no port in: ${line}`);
  return `http://127.0.0.1:${port}`;
}

/** Without a log nothing tells when it listens: it is asked until it answers. */
async function answeringUrl(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      await fetch(`${url}/livez`);
      return url;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
