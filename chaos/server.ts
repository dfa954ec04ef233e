import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, pause } from './node.ts';

/** Where Debian and its children put the programs of each version. */
const VERSIONS = '/usr/lib/postgresql';
/** A server that recovers from a crash answers within this, ms. */
const START_MS = 60_000;
const LOOK_MS = 50;

/** A PostgreSQL server of the harness's own, which may be killed: nobody else is on it. */
export interface OwnServer {
  /** postgres:// address of its first database. */
  readonly url: string;
  /** Kills every process of it between two instructions, like a loss of power: what was acknowledged is on the disk. */
  crash(): Promise<void>;
  /** Stops as an administrator does: clients are told, and thrown out. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it answers. */
  start(): Promise<void>;
  /** Kills it and removes its files. */
  close(): Promise<void>;
}

/**
 * Makes a server with a directory of its own, and starts it.
 *
 * @returns null when the programs of a server are not on this machine
 */
export async function openServer(): Promise<OwnServer | null> {
  const programs = programsOf();
  const user = unprivileged();
  if (programs === null || user === null) return null;
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-chaos-server-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const options = { ...user, cwd: directory };
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['--pgdata', data, '--auth', 'trust', '--username', 'postgres', '--encoding', 'UTF8', '--no-sync'],
    options,
  );
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    'max_connections=200',
  ];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  let server: ChildProcess | null = null;
  let exit: Promise<unknown> = Promise.resolve();

  const start = async (): Promise<void> => {
    server = spawn(join(programs, 'postgres'), args, { ...options, stdio: 'ignore' });
    exit = once(server, 'exit');
    const deadline = performance.now() + START_MS;
    while (!(await answers(url))) {
      if (performance.now() > deadline || server.exitCode !== null)
        throw new Error(`the server in ${directory} does not start`);
      await pause(LOOK_MS);
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGINT'): Promise<void> => {
    if (server === null) return;
    const children = signal === 'SIGKILL' ? childrenOf(server.pid) : [];
    server.kill(signal);
    for (const pid of children) killed(pid);
    await exit;
    server = null;
  };
  const crash = async (): Promise<void> => end('SIGKILL');

  // Whatever ends the harness ends its server.
  process.on('exit', () => void crash());
  await start();
  return {
    url,
    crash,
    stop: async () => end('SIGINT'),
    start,
    close: async () => {
      await crash();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The folder with initdb and postgres of the newest version here. */
function programsOf(): string | null {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  return folders[0] ?? null;
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root: then it runs as the user of its package. @returns null when there is none */
function unprivileged(): User | null {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/** The processes that serve connections, and those in the background. Only Linux tells. */
function childrenOf(pid: number | undefined): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
  return children.split(' ').filter(Boolean).map(Number);
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
