import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { MINIMAL } from './config/environments.ts';
import { CHILD_FLAGS } from './run/flags.ts';

const server = fileURLToPath(new URL('../src/server.js', import.meta.url));

interface Boot {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the server as an operator would, with these variables alone. */
async function boot(t: Test, env: Readonly<Record<string, string>>): Promise<Boot> {
  const child = spawn(process.execPath, [...CHILD_FLAGS, server], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<unknown[]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

const refused: readonly (readonly [
  name: string,
  env: Readonly<Record<string, string>>,
  names: readonly string[],
])[] = [
  ['nothing set', {}, ['OPENAI_API_KEY']],
  ['production without a webhook secret', { ...MINIMAL, NODE_ENV: 'production' }, ['OPENAI_WEBHOOK_SECRET']],
  ['an empty webhook secret', { ...MINIMAL, OPENAI_WEBHOOK_SECRET: 'whsec_' }, ['OPENAI_WEBHOOK_SECRET']],
  [
    'an unencrypted address with credentials',
    { ...MINIMAL, OPENAI_BASE_URL: 'http://user:canary@api.example.com/v1' },
    ['OPENAI_BASE_URL'],
  ],
  [
    'several faults at once',
    { OPENAI_API_KEY: '"sk-canary"', PORT: '8000abc', DATABASE_URL: 'mysql://u:canary@db/x' },
    ['DATABASE_URL', 'OPENAI_API_KEY', 'PORT'],
  ],
];

for (const [name, env, names] of refused) {
  t.test(`the server does not start with ${name}`, async (t) => {
    const { code, stdout, stderr } = await boot(t, env);
    t.equal(code, 1);
    t.equal(stdout, '');
    const [first, ...lines] = stderr.trimEnd().split('\n');
    t.equal(first, 'DW_CONFIG: The environment is not usable:');
    t.same(lines.map((line) => line.trim().split(':')[0] ?? '').toSorted(), names);
    t.notMatch(stderr, /canary|at .*\.js/, 'neither a secret nor a stack');
  });
}
