import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { type Server, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DenwabanError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';
import type { Random } from '../lib/random.ts';

/** Every holder listens on a socket of its own name, so that a stale one can be removed without a race. */
const SOCKET_NAME = /^lock-(\d+)-[0-9a-f]{12}\.sock$/;

/** Longest path that every system takes for a socket (macOS: 104 bytes with the closing zero). */
const MAX_SOCKET_PATH_BYTES = 100;

/** A holder answers at once; a process that is stopped still holds its files. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Two processes that start together wait this long for each other's decision, in ms per look and looks. */
const RIVAL_PAUSE_MS = 50;
const RIVAL_LOOKS = 100;

type Standing = 'holder' | 'candidate' | 'gone';

export interface LockParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** A held data directory. */
export interface DataLock {
  /** Lets go; idempotent. */
  release(): Promise<void>;
}

/**
 * Takes the data directory for this process, or refuses. The proof of life is a listening unix-domain socket
 * inside the directory: the kernel ends it with the process, however that dies, and nothing is judged by age.
 *
 * Each candidate listens first and looks at the others second, so of two that start together at least one
 * sees the other; the one whose name sorts first goes on.
 *
 * @throws DenwabanError DW_STORE_LOCKED, naming the holder's process id and the remedy; DW_CONFIG when the
 *   directory cannot be made or cannot hold a socket
 */
export async function lockDataDir(dataDir: string, parts: LockParts): Promise<DataLock> {
  const directory = resolve(dataDir);
  makeDirectory(directory);
  const alias = shortAlias(directory);
  const own = await listen(alias.path, parts.random);
  try {
    await settle(alias.path, own, parts.clock);
    return { release: async () => letGo(directory, own) };
  } catch (error) {
    await letGo(directory, own);
    throw error;
  } finally {
    alias.remove();
  }
}

interface OwnSocket {
  readonly name: string;
  hold(): void;
  close(): Promise<void>;
}

async function listen(directory: string, random: Random): Promise<OwnSocket> {
  const name = `lock-${process.pid}-${random.hex(6)}.sock`;
  const draft = join(directory, `${name}.new`);
  let standing: Standing = 'candidate';
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(standing);
  });
  await new Promise<void>((ready, fail) => {
    server.once('error', (error) => fail(noSocket(error)));
    server.listen(draft, ready);
  });
  // The name appears only now that the socket listens: nobody can take it for a stale one.
  renameSync(draft, join(directory, name));
  return {
    name,
    hold: () => {
      standing = 'holder';
      server.unref();
    },
    close: async () => closeServer(server),
  };
}

async function letGo(directory: string, own: OwnSocket): Promise<void> {
  await own.close();
  rmSync(join(directory, own.name), { force: true });
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((done) => {
    server.close(() => done());
  });
}

async function settle(directory: string, own: OwnSocket, clock: Clock): Promise<void> {
  for (let look = 0; look < RIVAL_LOOKS; look += 1) {
    const waiting = await rivals(directory, own.name);
    if (!waiting) {
      own.hold();
      return;
    }
    await pause(clock, RIVAL_PAUSE_MS);
  }
  throw new DenwabanError(
    'DW_STORE_LOCKED',
    'another process is opening the data directory at the same time',
  );
}

/** @returns whether a rival of the same moment has still to give way */
async function rivals(directory: string, ownName: string): Promise<boolean> {
  let waiting = false;
  for (const name of readdirSync(directory)) {
    const pid = SOCKET_NAME.exec(name)?.[1];
    if (pid === undefined || name === ownName) continue;
    const standing = await ask(join(directory, name));
    if (standing === 'gone') rmSync(join(directory, name), { force: true });
    else if (standing === 'holder' || name < ownName) throw locked(pid);
    else waiting = true;
  }
  return waiting;
}

/** A rival that hangs up without a word is giving way: it counts as undecided and is asked again. */
async function ask(path: string): Promise<Standing> {
  return new Promise((answer) => {
    let text = '';
    const socket = createConnection(path);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
      socket.destroy();
      answer('holder');
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => answer(text === 'holder' ? 'holder' : 'candidate'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') answer('gone');
      else answer(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'candidate' : 'holder');
    });
  });
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new DenwabanError(
      'DW_CONFIG',
      'DATA_DIR: the directory is not there and cannot be made: name one that this user may write to',
      error,
    );
  }
}

function noSocket(cause: Error): DenwabanError {
  return new DenwabanError(
    'DW_CONFIG',
    'DATA_DIR: no socket can be made there, so the directory cannot be locked: use a local, writable file system',
    cause,
  );
}

function locked(pid: string): DenwabanError {
  return new DenwabanError(
    'DW_STORE_LOCKED',
    `the data directory is in use by process ${pid}: stop that process, give this one another DATA_DIR, ` +
      'or set DATABASE_URL to serve from several processes',
  );
}

/**
 * The address of a unix-domain socket holds about a hundred bytes. A longer directory is reached through a
 * short symbolic link for as long as the address is needed.
 */
function shortAlias(directory: string): { readonly path: string; remove(): void } {
  const longest = Buffer.byteLength(join(directory, `lock-${'9'.repeat(10)}-${'f'.repeat(12)}.sock.new`));
  if (longest <= MAX_SOCKET_PATH_BYTES) return { path: directory, remove: () => undefined };
  const holder = mkdtempSync(join(tmpdir(), 'dw-'));
  const path = join(holder, 'd');
  symlinkSync(directory, path);
  return { path, remove: () => rmSync(holder, { recursive: true, force: true }) };
}
