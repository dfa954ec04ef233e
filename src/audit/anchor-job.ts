import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { describeError } from '../errors.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AuditAnchor, AuditAnchors } from '../store/audit-ports.ts';
import { appendAnchor } from './anchor-file.ts';
import { copyAnchors } from './anchor-copies.ts';

/** The day's anchor is looked for this often, ms. */
export const LOOK_MS = 10 * 60_000;
/** The first look, ms after the start: a day that nobody was there to anchor is anchored soon, but calls come first. */
export const FIRST_LOOK_MS = 30_000;

/** Anchors the audit once a day, on one of the nodes, and keeps the file of this node complete. */
export interface AnchorJob {
  close(): Promise<void>;
}

export interface AnchorParts {
  readonly anchors: AuditAnchors;
  /** Where the entries go; null: to the log only. */
  readonly directory: string | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** Begins to look whether the day's anchor is made. */
export function startAnchoring(parts: AnchorParts): AnchorJob {
  const { anchors, directory, clock, log } = parts;
  let timer: Timer | null = null;
  let closed = false;
  let working: Promise<void> = Promise.resolve();
  let copied = 0;

  const look = async (): Promise<void> => {
    try {
      const { day } = tokyoTime(clock.now());
      if ((await anchors.last())?.day !== day) await anchorDay(parts, day);
      if (directory !== null) copied = await copyAnchors(parts, directory, copied);
    } catch (error) {
      log.error({ reason: describeError(error) }, 'Audit not anchored, trying again');
    }
    if (!closed) timer = clock.setTimer(LOOK_MS, begin);
  };
  const begin = (): void => {
    working = look();
  };
  timer = clock.setTimer(FIRST_LOOK_MS, begin);
  return {
    async close() {
      closed = true;
      timer?.cancel();
      await working;
    },
  };
}

/** Anchors everything that grew. @returns the anchors that were made, oldest first */
export async function anchorNow(parts: AnchorParts): Promise<AuditAnchor[]> {
  return anchorRest(parts, []);
}

/** Anchors the day, unless another node has. */
async function anchorDay(parts: AnchorParts, day: string): Promise<void> {
  const first = await makeAnchor(parts, day, true);
  if (first !== null) await anchorRest(parts, [first]);
}

async function anchorRest(parts: AnchorParts, made: AuditAnchor[]): Promise<AuditAnchor[]> {
  for (;;) {
    const anchor = await makeAnchor(parts, tokyoTime(parts.clock.now()).day, false);
    if (anchor === null) return made;
    made.push(anchor);
  }
}

async function makeAnchor(
  { anchors, directory, clock, log }: AnchorParts,
  day: string,
  unlessMade: boolean,
): Promise<AuditAnchor | null> {
  const write = async (entry: AuditAnchor): Promise<void> => {
    if (directory !== null) await appendAnchor(directory, entry);
  };
  const anchor = await anchors.anchor(day, clock.now(), write, unlessMade);
  if (anchor === null) return null;
  const { number, mac, leaves } = anchor;
  log.info({ anchor: number, day, mac, chains: leaves.length }, 'Audit anchored');
  return anchor;
}
