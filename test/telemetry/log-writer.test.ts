import { type ChildProcess, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { openLogWriter } from '../../src/telemetry/log-writer.ts';

const child = fileURLToPath(new URL('log-child.js', import.meta.url));

interface Report {
  readonly turns: number;
  readonly dropped: number;
}

function start(t: Test, bytes: number, stdout: 'pipe' | number): ChildProcess {
  const stdio: StdioOptions = ['ignore', stdout, 'inherit', 'ipc'];
  const started = spawn(process.execPath, [child, String(bytes)], { stdio });
  t.teardown(() => started.kill('SIGKILL'));
  return started;
}

async function finish(started: ChildProcess): Promise<{ report: Report; code: unknown }> {
  const [[report], [code]] = await Promise.all([once(started, 'message'), once(started, 'exit')]);
  return { report: report as Report, code };
}

t.test('a file gets every line whole and in order', async (t) => {
  const file = join(t.testdir(), 'log');
  const descriptor = openSync(file, 'w');
  const writer = openLogWriter(descriptor);
  writer.write('one\n');
  writer.write('二\n');
  closeSync(descriptor);
  t.equal(readFileSync(file, 'utf8'), 'one\n二\n');
  t.equal(writer.dropped, 0);
});

t.test('a closed descriptor drops lines instead of throwing', async (t) => {
  const descriptor = openSync(join(t.testdir(), 'log'), 'w');
  const writer = openLogWriter(descriptor);
  closeSync(descriptor);
  writer.write('lost\n');
  t.equal(writer.dropped, 1);
});

t.test('a socket that nobody reads holds up neither the process nor its exit', async (t) => {
  const { report, code } = await finish(start(t, 8_000_000, 'pipe'));
  t.equal(code, 0);
  t.ok(report.dropped > 0);
});

t.test(
  'a pipe that nobody reads holds up neither the process nor its exit',
  { skip: process.platform === 'win32' },
  async (t) => {
    const fifo = join(t.testdir(), 'pipe');
    execFileSync('mkfifo', [fifo]);
    const descriptor = openSync(fifo, 'r+');
    t.teardown(() => closeSync(descriptor));
    const { report, code } = await finish(start(t, 8_000_000, descriptor));
    t.equal(code, 0);
    t.ok(report.dropped > 0);
  },
);

t.test('a reader that went away is survived, and the lines are counted', async (t) => {
  const started = start(t, 1_000_000, 'pipe');
  started.stdout?.destroy();
  const { report, code } = await finish(started);
  t.equal(code, 0);
  t.ok(report.dropped > 0);
});

t.test('a reader that keeps up loses nothing', async (t) => {
  const started = start(t, 500_000, 'pipe');
  let text = '';
  started.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const closed = once(started, 'close');
  const { report, code } = await finish(started);
  await closed;
  t.equal(code, 0);
  t.equal(report.dropped, 0);
  t.equal(text.trim().split('\n').length, 500);
});
