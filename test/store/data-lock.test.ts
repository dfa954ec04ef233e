import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { lockDataDir } from '../../src/store/data-lock.ts';
import { startChild } from './children/start.ts';

const parts = { clock: systemClock, random: systemRandom };

function directory(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'denwaban-lock-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

t.test('a directory that another process holds is refused with its process id and a remedy', async (t) => {
  const path = directory(t);
  const holder = startChild('hold-lock', path);
  t.teardown(async () => holder.kill());
  await holder.said(1);
  const refusal = { code: 'DW_STORE_LOCKED', message: new RegExp(`process ${holder.pid}: .*DATA_DIR`) };
  await t.rejects(lockDataDir(path, parts), refusal);
});

t.test('the directory of a process that was killed is taken over and left clean', async (t) => {
  const path = directory(t);
  const holder = startChild('hold-lock', path);
  await holder.said(1);
  await holder.kill();
  t.equal(readdirSync(path).length, 1, 'the dead process left its socket');
  const lock = await lockDataDir(path, parts);
  t.equal(readdirSync(path).length, 1, 'only our own stands');
  await lock.release();
  t.same(readdirSync(path), []);
});

t.test('a process that is stopped still holds its directory', async (t) => {
  const path = directory(t);
  const holder = startChild('hold-lock', path);
  t.teardown(async () => holder.kill());
  await holder.said(1);
  process.kill(holder.pid, 'SIGSTOP');
  await t.rejects(lockDataDir(path, parts), { code: 'DW_STORE_LOCKED' });
});

t.test('a released directory can be taken again', async (t) => {
  const path = directory(t);
  await (await lockDataDir(path, parts)).release();
  await (await lockDataDir(path, parts)).release();
  t.pass();
});

t.test('the same directory by another name is the same directory', async (t) => {
  const path = directory(t);
  const link = `${path}-link`;
  symlinkSync(path, link);
  t.teardown(() => rmSync(link));
  const lock = await lockDataDir(path, parts);
  await t.rejects(lockDataDir(link, parts), { code: 'DW_STORE_LOCKED' });
  await lock.release();
});

t.test('a path longer than a socket address is locked like any other', async (t) => {
  const path = join(directory(t), 'd'.repeat(120), 'e'.repeat(120));
  mkdirSync(path, { recursive: true });
  const holder = startChild('hold-lock', path);
  await holder.said(1);
  await t.rejects(lockDataDir(path, parts), { code: 'DW_STORE_LOCKED' });
  await holder.kill();
  const lock = await lockDataDir(path, parts);
  await lock.release();
  t.same(readdirSync(path), []);
});

t.test('of many that start at once exactly one gets the directory, also over a stale socket', async (t) => {
  const path = directory(t);
  const dead = startChild('hold-lock', path);
  await dead.said(1);
  await dead.kill();
  const rivals = Array.from({ length: 5 }, () => startChild('hold-lock', path));
  t.teardown(async () => Promise.all(rivals.map(async (rival) => rival.kill())));
  await Promise.all(rivals.map(async (rival) => rival.said(1)));
  const said = rivals.map((rival) => rival.lines[0]);
  t.equal(said.filter((line) => line === 'held').length, 1);
  t.equal(said.filter((line) => line === 'DW_STORE_LOCKED').length, 4);
});

t.test('of candidates that see each other exactly one goes on', async (t) => {
  const path = directory(t);
  const results = await Promise.allSettled(Array.from({ length: 6 }, async () => lockDataDir(path, parts)));
  const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  t.equal(locks.length, 1);
  await Promise.all(locks.map(async (lock) => lock.release()));
  t.same(readdirSync(path), []);
});

t.test('a place where no socket can be made is refused with the remedy', async (t) => {
  await t.rejects(lockDataDir('/proc', parts), { code: 'DW_CONFIG', message: /DATA_DIR/ });
});

t.test('a directory that cannot be made is refused with the remedy', async (t) => {
  const file = join(directory(t), 'a-file');
  writeFileSync(file, '');
  await t.rejects(lockDataDir(join(file, 'below'), parts), { code: 'DW_CONFIG', message: /cannot be made/ });
  await t.rejects(lockDataDir(file, parts), { code: 'DW_CONFIG', message: /cannot be made/ });
});
