import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ANCHOR_FILE, readAnchors } from '../../src/audit/anchor-file.ts';
import { FIRST_LOOK_MS, LOOK_MS, startAnchoring } from '../../src/audit/anchor-job.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { Store } from '../../src/store/open.ts';
import { LinesLog } from '../outbox/desk.ts';
import { openTestStore, testSigner } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { withPostgres } from '../store/postgres.ts';
import { auditedCall, openAuditDesk, textOf } from './verify/desk.ts';

/** 09:00 in Japan. */
const MORNING = Date.parse('2026-11-25T09:00:00+09:00');
const DAY_MS = 86_400_000;

/** One process: its clock, its log and a directory of its own. */
async function openNode(t: Test, store: Store) {
  const directory = await mkdtemp(join(tmpdir(), 'denwaban-anchors-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const clock = new ManualClock(MORNING);
  const log = new LinesLog();
  return {
    directory,
    clock,
    log,
    /** Starts, turns the clock on and stops when the looks are done. */
    async run(...turns: readonly number[]): Promise<void> {
      for (const ms of turns) {
        const job = startAnchoring({ anchors: store.anchors, directory, clock, log });
        clock.advance(ms);
        await job.close();
      }
    },
    /** What a verification with the file of this node finds. */
    async found(): Promise<string[]> {
      const { problems } = await verifyAudit({
        audit: store.audit,
        signer: testSigner,
        readAnchors: async () => readAnchors(directory),
        scope: { since: null, callId: null },
        onProgress: () => undefined,
      });
      return problems.map(textOf);
    },
  };
}

async function contract(t: Test, store: Store): Promise<void> {
  await t.test('a day without an anchor gets it soon after the start', async (t) => {
    await openAuditDesk(store);
    await auditedCall(store, 'soon');
    const node = await openNode(t, store);
    t.ok(FIRST_LOOK_MS < LOOK_MS);
    await node.run(FIRST_LOOK_MS);
    t.match(await store.anchors.last(), { number: 1, day: '2026-11-25' });
    t.match(node.log.lines, [/Audit anchored/]);
  });

  await t.test('a day that is anchored gets no other, the next day does', async (t) => {
    await openAuditDesk(store);
    const node = await openNode(t, store);
    await auditedCall(store, 'today');
    await node.run(FIRST_LOOK_MS);
    await auditedCall(store, 'more');
    await node.run(FIRST_LOOK_MS);
    t.match(await store.anchors.last(), { number: 1 });
    node.clock.advance(DAY_MS);
    await node.run(FIRST_LOOK_MS);
    t.match(await store.anchors.last(), { number: 2, day: '2026-11-26' });
  });

  await t.test('one of several nodes anchors a day, however close they look', async (t) => {
    await openAuditDesk(store);
    await auditedCall(store, 'close');
    const write = async (): Promise<void> => undefined;
    const made = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        // Chains go on growing: that alone would make one more anchor.
        const anchor = await store.anchors.anchor('2026-11-25', MORNING, write, true);
        await auditedCall(store, `close-${index}`);
        return anchor;
      }),
    );
    t.equal(made.filter((anchor) => anchor !== null).length, 1);
    t.equal(await store.anchors.anchor('2026-11-25', MORNING, write, true), null);
  });

  await t.test('every node has every anchor in its own file, whoever made it', async (t) => {
    await openAuditDesk(store);
    const [one, two] = [await openNode(t, store), await openNode(t, store)];
    await auditedCall(store, 'first');
    await one.run(FIRST_LOOK_MS);
    await two.run(FIRST_LOOK_MS);
    await auditedCall(store, 'second');
    two.clock.advance(DAY_MS);
    one.clock.advance(DAY_MS);
    await two.run(FIRST_LOOK_MS);
    t.same(await one.found(), ['anchor_missing anchor 2 (2026-11-26)'], 'until it looks');
    await one.run(FIRST_LOOK_MS);
    t.same([await one.found(), await two.found()], [[], []]);
    t.same(await readAnchors(one.directory), await readAnchors(two.directory));
    await one.run(FIRST_LOOK_MS);
    t.equal((await readAnchors(one.directory)).length, 2, 'nothing is copied twice');
  });

  await t.test('a forged anchor is not copied, and an edited file is not mended in silence', async (t) => {
    const desk = await openAuditDesk(store);
    const [one, two] = [await openNode(t, store), await openNode(t, store)];
    await auditedCall(store, 'forged');
    await one.run(FIRST_LOOK_MS);
    await desk.tamper(`update audit_anchors set leaves = '[]'`);
    await two.run(FIRST_LOOK_MS);
    t.same(await readAnchors(two.directory), []);
    t.match(two.log.lines, [/not genuine/]);
    const file = join(one.directory, ANCHOR_FILE);
    await writeFile(file, (await readFile(file, 'utf8')).replace('2026-11-25', '2026-11-24'));
    await one.run(FIRST_LOOK_MS);
    t.match(await one.found(), [/anchor_edited/, /anchor_edited/]);
  });
}

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await contract(t, store);
  t.teardown(() => store.close());
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('server', async (t) => {
    const store = await openTestStore({ databaseUrl });
    await contract(t, store);
    t.teardown(() => store.close());
  });
});
