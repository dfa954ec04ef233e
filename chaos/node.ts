import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Line } from './line.ts';

/** A node that does not come up within this is broken, ms. */
const START_MS = 60_000;
/** How often a starting node is looked at, ms. */
const LOOK_MS = 40;
/** An answer of a probe takes longer only from a frozen or a failing node, ms. */
const PROBE_MS = 700;
/** What Linux counts CPU time in, ms. */
const TICK_MS = 10;

/** The compiled service; the harness is compiled beside it. */
const SERVER = fileURLToPath(new URL('../src/server.js', import.meta.url));

export interface NodeParts {
  readonly name: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Ways to OpenAI's side and to the database. */
  readonly lines: { readonly openai: Line; readonly database: Line };
}

/** One node of the service, a process of its own that is started again and again. */
export class ServiceNode {
  readonly parts: NodeParts;
  /** Whether the last probe said that calls may come here. */
  ready = false;
  /** Whether it has come up, and nobody has asked it to end or stand still since. */
  healthy = false;
  #process: ChildProcess | null = null;
  #exit: Promise<number | string> = Promise.resolve(0);

  constructor(parts: NodeParts) {
    this.parts = parts;
  }

  get name(): string {
    return this.parts.name;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** CPU time that the process has used so far, ms. Only Linux tells. */
  get cpuMs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th word after it.
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(words[11]) + Number(words[12])) * TICK_MS;
  }

  /** Calls whose sideband this process holds. */
  get callIds(): string[] {
    return this.parts.lines.openai.callIds();
  }

  /** Starts the process and waits until it takes calls. @returns ms until then */
  async start(nodeOptions: readonly string[] = []): Promise<number> {
    const startedAt = performance.now();
    const log = openSync(this.parts.logFile, 'a');
    const child = spawn(process.execPath, [...nodeOptions, SERVER], {
      env: { ...this.parts.env, PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(child);
    this.#process = child;
    this.#exit = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      this.ready = false;
      return (code ?? signal) as number | string;
    });
    let over = false;
    void this.#exit.then(() => (over = true));
    while (!(await this.probe())) {
      if (over) throw new Error(`${this.name} ended while starting; see ${this.parts.logFile}`);
      if (performance.now() - startedAt > START_MS)
        throw new Error(`${this.name} does not become ready; see ${this.parts.logFile}`);
      await pause(LOOK_MS);
    }
    this.healthy = true;
    return performance.now() - startedAt;
  }

  /** Asks whether calls may come here. */
  async probe(): Promise<boolean> {
    const status = await answerOf(this.parts.port, '/readyz');
    this.ready = status === 200;
    return this.ready;
  }

  /** Ends the process between two instructions. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#exit;
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
    this.healthy = true;
  }

  /** Asks the process to stop. @returns how it ended, and after how many ms */
  async stop(): Promise<{ readonly exit: number | string; readonly ms: number }> {
    const startedAt = performance.now();
    this.#signal('SIGTERM');
    const exit = await this.#exit;
    return { exit, ms: performance.now() - startedAt };
  }

  #signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGTERM'): void {
    this.healthy = false;
    if (signal !== 'SIGTERM') this.ready = false;
    this.#process?.kill(signal);
  }
}

const running = new Set<ChildProcess>();
// Whatever ends the harness ends its nodes, frozen ones too.
process.on('exit', killAll);

/** Ends every node at once, frozen ones too. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The status of one GET, 0 without an answer in time. */
export async function answerOf(port: number, path: string, timeoutMs = PROBE_MS): Promise<number> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    const timer = setTimeout(() => probe.destroy(), timeoutMs);
    probe.on('error', () => resolve(0));
    probe.on('close', () => {
      clearTimeout(timer);
      resolve(0);
    });
    probe.end();
  });
}

/** A port that is free now, and that a node keeps over its restarts. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Lets time pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
