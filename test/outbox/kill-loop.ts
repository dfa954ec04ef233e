import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { systemClock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startJobEngine } from '../../src/outbox/jobs.ts';
import { createMessageQueue } from '../../src/outbox/queue.ts';
import { QUEUES } from '../../src/outbox/queues.ts';
import { listRows } from '../../src/outbox/rows.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openTestStore } from '../store/fixtures.ts';
import { openSender, requestOf, TEMPLATES } from './desk.ts';
import { startProvider, type Fault } from './provider.ts';

/** Messages that have to arrive, each once. */
const MESSAGES = 60;
/** Every tenth connection breaks, before or after the message was taken. */
const FAULTS: readonly Fault[] = [
  'none',
  'none',
  'none',
  'cut_before',
  'none',
  'none',
  'none',
  'cut_after',
  'none',
  'none',
];
/** Everything is settled within this, ms, or the test fails. */
const PATIENCE_MS = 90_000;

/** Each life opens a store, which takes seconds on a busy machine. */
export const PATIENT = { timeout: PATIENCE_MS + 30_000 };

const script = fileURLToPath(new URL(`./children/sender-loop${extname(import.meta.url)}`, import.meta.url));

function start(place: string, providerUrl: string): ChildProcess {
  return fork(script, [place, providerUrl], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

async function fill(place: string): Promise<void> {
  const store = await openTestStore(
    place.startsWith('postgres') ? { databaseUrl: place } : { dataDir: place },
  );
  const jobs = await startJobEngine({ database: store.jobs, queues: QUEUES, log: silentLog });
  const queue = createMessageQueue({
    jobs,
    senders: new Map([['sms', openSender()]]),
    templates: TEMPLATES,
    targets: [],
    clock: systemClock,
    random: systemRandom,
    quietHours: null,
    organizerEmail: null,
    budget: 1_000,
  });
  for (let n = 0; n < MESSAGES; n += 1) {
    const to = `+8190${String(12_000_000 + n)}`;
    await store.transact(async ({ trx }) => queue.enqueue(trx, requestOf({ to })));
  }
  await jobs.stop();
  await store.close();
}

/**
 * Kills a process that sends, again and again, at a data directory or server, then asserts that every message arrived
 * once and is known to have arrived.
 *
 * @param requestsPerLife requests to the provider between two kills
 */
export async function killLoop(t: Test, place: string, requestsPerLife: number): Promise<void> {
  await fill(place);
  const provider = await startProvider();
  t.teardown(async () => provider.close());
  const deadline = Date.now() + PATIENCE_MS;
  let kills = 0;
  while (provider.taken.length < MESSAGES && Date.now() < deadline) {
    const until = provider.sends + requestsPerLife;
    provider.faults = [...FAULTS];
    const child = start(place, provider.url);
    const gone = once(child, 'exit');
    while (provider.sends < until && provider.taken.length < MESSAGES && Date.now() < deadline) {
      await pause(systemClock, 2);
    }
    child.kill('SIGKILL');
    await gone;
    kills += 1;
  }
  // One life without a kill settles what is open.
  provider.faults = [];
  const last = start(place, provider.url);
  const gone = once(last, 'exit');
  await Promise.race([once(last, 'message'), gone]);
  last.kill('SIGKILL');
  await gone;

  const store = await openTestStore(
    place.startsWith('postgres') ? { databaseUrl: place } : { dataDir: place },
  );
  const rows = await listRows(store.db, {}, 1_000);
  await store.close();
  t.same(
    rows.filter(({ state }) => state !== 'sent').map(({ state, detail }) => ({ state, detail })),
    [],
    'none is open or lost',
  );
  t.equal(provider.taken.length, MESSAGES, 'none arrived twice');
  t.equal(new Set(provider.taken.map(({ to }) => to)).size, MESSAGES, 'each arrived');
  t.ok(kills >= 3, `${kills} kills`);
  const found = rows.filter(({ resolution }) => resolution !== 'direct').length;
  t.comment(
    `${kills} kills, ${provider.sends} requests to send, ${provider.lookUps} look-ups, ${found} resolved`,
  );
}
