import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Placed } from './caller.ts';
import { factsOf } from './facts.ts';
import type { House } from './house.ts';
import { pause } from './node.ts';
import { judgeCall, type Breach, type Tolerance } from './oracle.ts';
import { openCalls, readStored, waitingToLeave } from './stored.ts';

/** When everybody has hung up, every row has its end within this, ms. */
const END_MS = 45_000;
/** Messages and events have left within this, ms. */
const LEAVE_MS = 90_000;
const LOOK_MS = 100;

/** One call, and what may have happened to it. */
export interface Judgeable {
  readonly placed: Placed;
  readonly tolerance: Tolerance;
}

/** Waits until everything has come to rest, and compares what the callers know with what is stored. */
export async function judge(house: House, calls: readonly Judgeable[]): Promise<Breach[]> {
  const breaches: Breach[] = [];
  const open = await untilNone(() => openCalls(house.db), END_MS);
  if (open > 0)
    breaches.push({
      invariant: 'open_row',
      where: 'calls',
      words: `${open} without an end after ${END_MS} ms`,
    });
  const waiting = await untilNone(() => waitingToLeave(house.db), LEAVE_MS);
  if (waiting > 0)
    breaches.push({
      invariant: 'text',
      where: 'outbox',
      words: `${waiting} have not left after ${LEAVE_MS} ms`,
    });
  const stored = await readStored(
    house.db,
    calls.map(({ placed }) => placed.call.id),
  );
  for (const { placed, tolerance } of calls)
    breaches.push(...judgeCall(factsOf(placed), stored.get(placed.call.id), tolerance));
  for (const { placed } of calls)
    if (breaches.some(({ where }) => where === placed.call.id)) keepJournal(house, placed);
  const { problems } = await house.verifyAudit();
  for (const { code, where } of problems) breaches.push({ invariant: 'audit', where, words: code });
  return breaches;
}

/** Writes down what happened in a call that broke a promise: beside the nodes' logs it tells who is to blame. */
function keepJournal({ directory }: House, { call, errand, outcome, rangAt }: Placed): void {
  const { id, wire, rest, heard, deliveries, endedBy } = call;
  const journal = { id, errand, outcome, rangAt, endedBy, deliveries, rest, heard, wire };
  writeFileSync(join(directory, `${id}.json`), JSON.stringify(journal, null, 1));
}

/** @returns what is left in the end */
async function untilNone(count: () => Promise<number>, ms: number): Promise<number> {
  const deadline = performance.now() + ms;
  for (;;) {
    const left = await count();
    if (left === 0 || performance.now() > deadline) return left;
    await pause(LOOK_MS);
  }
}
