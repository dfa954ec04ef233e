import { type ChildProcess, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { mountSmallDisk } from '../store/small-disk.ts';
import { openLogWriter } from '../../src/telemetry/log-writer.ts';

const child = fileURLToPath(new URL('log-child.js', import.meta.url));

interface Report {
  readonly turns: number;
  readonly dropped: number;
  /** Delay of the event loop, 99 of 100, and the longest portion, ms. */
  readonly lagMs: number;
  readonly longestMs: number;
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

/** Portions that the child logs; between them its event loop turns. */
const PORTIONS = 80;

/** Writing that waits for a reader would never come to the end of its portions. */
function neverWaited(t: Test, report: Report): void {
  t.ok(report.dropped > 0, `${report.dropped} lines dropped`);
  t.equal(report.turns, PORTIONS, 'the event loop turned after each portion');
  t.comment(
    `event loop p99 ${report.lagMs.toFixed(1)} ms, longest portion ${report.longestMs.toFixed(1)} ms`,
  );
}

t.test('46: a socket that nobody reads holds up neither the process nor its exit', async (t) => {
  const { report, code } = await finish(start(t, PORTIONS * 100_000, 'pipe'));
  t.equal(code, 0);
  neverWaited(t, report);
});

t.test(
  '46: a pipe that nobody reads holds up neither the process nor its exit',
  { skip: process.platform === 'win32' },
  async (t) => {
    const fifo = join(t.testdir(), 'pipe');
    execFileSync('mkfifo', [fifo]);
    const descriptor = openSync(fifo, 'r+');
    t.teardown(() => closeSync(descriptor));
    const { report, code } = await finish(start(t, PORTIONS * 100_000, descriptor));
    t.equal(code, 0);
    neverWaited(t, report);
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

t.test(
  '44: on a full disk lines are dropped and counted, and written again when there is room',
  async (t) => {
    const disk = mountSmallDisk(t, 1);
    if (disk === null) return t.pass('a small disk', { skip: 'skipped: no file system can be mounted' });
    const file = join(disk.path, 'log');
    const descriptor = openSync(file, 'w');
    t.teardown(() => closeSync(descriptor));
    const writer = openLogWriter(descriptor);
    writer.write('before\n');
    disk.fill();
    const line = `${'x'.repeat(1_000)}\n`;
    for (let count = 0; count < 100; count += 1) writer.write(line);
    t.ok(writer.dropped > 0, `${writer.dropped} lines dropped`);
    disk.relieve();
    const { dropped } = writer;
    writer.write('after\n');
    t.equal(writer.dropped, dropped);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    t.equal(lines[0], 'before');
    t.equal(lines.at(-1), 'after', 'on a line of its own');
  },
);
