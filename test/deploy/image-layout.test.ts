import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { MINIMAL } from '../config/environments.ts';
import { copies, execForm, execForms, named, readStages } from './dockerfile.ts';
import { lockedPackages } from './lock-file.ts';

/** As docs/operations.md has it run, in the working directory of the image. */
const OPERATORS_PROGRAM = 'dist/src/cli.js';

const image = readStages().at(-1);
if (image === undefined) throw new Error('the Dockerfile has no stage');

/** Of the image's user, where this process may become somebody else and the binary is within their reach. */
const [uid = 0, gid = 0] = (named(image, 'USER')[0]?.rest ?? '').split(':').map(Number);
const asUser =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['-e', ''], { uid, gid }).status === 0
    ? { uid, gid }
    : {};

/** Away from the repository: packages of development above it must not be found. */
const root = mkdtempSync(join(tmpdir(), 'dw-image-'));
const app = join(root, 'app');
const data = join(root, 'data');
chmodSync(root, 0o755);
mkdirSync(data);
t.teardown(() => rmSync(root, { recursive: true, force: true }));

/** Puts every file where the last stage of the Dockerfile puts it. */
function layOut(): void {
  for (const copy of copies(image as NonNullable<typeof image>)) {
    for (const source of copy.sources) place(copy.from, source, copy.target);
  }
  if ('uid' in asUser) chownSync(data, uid, gid);
}

function place(from: string | null, source: string, target: string): void {
  if (target === '/data') return;
  const folder = target.endsWith('/') ? join(app, target, source) : join(app, target);
  mkdirSync(dirname(folder), { recursive: true });
  if (from === null) cpSync(join(packageRoot(), source), folder, { recursive: true });
  else if (from === 'dependencies') installProduction(folder);
  else compiled(folder);
}

/** What `npm ci --omit=dev` installs, without asking a registry: the packages of the lock file that are not for development. */
function installProduction(folder: string): void {
  for (const { path, dev, optional } of lockedPackages()) {
    const installed = join(packageRoot(), path);
    if (dev || (optional && !existsSync(installed))) continue;
    const nested = join(installed, 'node_modules');
    cpSync(installed, join(folder, path.slice('node_modules/'.length)), {
      recursive: true,
      filter: (file) => file !== nested,
    });
  }
}

/** This test is compiled with the sources, so they lie beside it just as `npm run build` leaves them. */
function compiled(folder: string): void {
  for (const part of ['src', 'plugins', 'routes']) {
    cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(folder, part), { recursive: true });
  }
}

/** Nothing of the image can be written, as with a read-only root file system. */
function forbidWriting(): void {
  for (const entry of readdirSync(app, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o555 : 0o444);
  }
  chmodSync(app, 0o555);
}

function allowRemoval(): void {
  for (const entry of readdirSync(app, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  chmodSync(app, 0o755);
}

const ENVIRONMENT = {
  ...MINIMAL,
  NODE_ENV: 'production',
  DATA_DIR: data,
  PORT: '0',
  HOST: '127.0.0.1',
  OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  // Nothing listens there: the image is tried, not OpenAI.
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
};

/** With these variables and no others: what a test runner puts into the environment is not in the image. */
function run(t: Test, words: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const child = spawn('env', ['-i', ...variables, process.execPath, ...words], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...asUser,
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function listeningPort(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output');
  const seen: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(line);
    const port = /Server listening: http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`the server did not listen:\n${seen.join('\n')}`);
}

/** @returns exit code of the image's health check against a port */
async function healthcheck(t: Test, port: string): Promise<unknown> {
  const health = named(image as NonNullable<typeof image>, 'HEALTHCHECK')[0]?.rest ?? '';
  const child = run(t, execForm(health).slice(1), { PORT: port });
  const [code] = (await once(child, 'exit')) as unknown[];
  return code;
}

t.test('what the image holds starts, is healthy and stops', async (t) => {
  layOut();
  forbidWriting();
  t.teardown(allowRemoval);

  const [command = []] = execForms(image, 'CMD');
  const server = run(t, command, ENVIRONMENT);
  const port = await listeningPort(server);
  t.equal(await healthcheck(t, port), 0, 'healthy');
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  t.equal(answer.status, 200, 'ready');

  const exit = once(server, 'exit') as Promise<unknown[]>;
  server.kill('SIGTERM');
  t.same(await exit, [0, null], 'stopped by itself');
  t.not(await healthcheck(t, port), 0, 'not healthy any more');
  t.ok(readdirSync(data).includes('pg'), 'the data stands where DATA_DIR says');
  const operator = run(t, [OPERATORS_PROGRAM, 'api-key', 'list'], ENVIRONMENT);
  t.same(await once(operator, 'exit'), [0, null], 'a command of the operator');
});
