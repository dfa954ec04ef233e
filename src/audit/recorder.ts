import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { DenwabanError, describeError } from '../errors.ts';
import type { CallStore, Owned, ProgressRecord, TurnRecord, UsageRecord } from '../store/ports.ts';

/** Takes finished turns and usage, and stores them in batches off the conversation's path. */
export interface Recorder {
  turn(turn: Owned<TurnRecord>): void;
  usage(usage: Owned<UsageRecord>): void;
  /** How far a call has come: the newest word counts. It goes with the next batch. */
  progress(progress: ProgressRecord): void;
  /**
   * Resolves when everything taken so far is stored, or has failed once more and stays queued. A row that the store
   * refuses for good is dropped, loudly.
   */
  flush(): Promise<boolean>;
  /** Rows not stored yet. */
  readonly pending: number;
  close(): Promise<void>;
}

/** Rows wait this long for company: short enough that a killed process loses little. */
const BATCH_MS = 150;
/** Rows in one statement. */
const BATCH_ROWS = 200;
/** After a failure the next try waits this long, so that a store in trouble is not pressed. */
const RETRY_MS = 1_000;
/** Rows kept while the store is away: some 20 minutes of 50 busy calls. Beyond it the oldest are dropped, loudly. */
const MAX_PENDING_ROWS = 50_000;

/** One recorder serves all calls of the process. */
export function createRecorder(store: CallStore, clock: Clock, log: Log): Recorder {
  let turns: Owned<TurnRecord>[] = [];
  let usages: Owned<UsageRecord>[] = [];
  const progresses = new Map<string, ProgressRecord>();
  let timer: Timer | null = null;
  let writing: Promise<boolean> | null = null;
  let following: Promise<boolean> | null = null;
  let closed = false;

  function schedule(ms: number): void {
    if (closed) return;
    timer ??= clock.setTimer(ms, () => {
      timer = null;
      void flush();
    });
  }

  function take<T>(rows: T[], row: T): void {
    if (rows.length >= MAX_PENDING_ROWS) {
      rows.shift();
      log.error({ pending: rows.length }, 'Transcript row dropped: the store has been away for too long');
    }
    rows.push(row);
    if (rows.length >= BATCH_ROWS && writing === null) void flush();
    else schedule(BATCH_MS);
  }

  function flush(): Promise<boolean> {
    if (writing === null) return drain();
    // Everybody who comes while a batch is being written waits for the same next one.
    following ??= writing.then(async () => {
      following = null;
      return writing === null ? drain() : flush();
    });
    return following;
  }

  async function drain(): Promise<boolean> {
    if (turns.length + usages.length + progresses.size === 0) return true;
    writing = write();
    const ok = await writing;
    writing = null;
    if (!ok) schedule(RETRY_MS);
    return ok && turns.length + usages.length + progresses.size > 0 ? flush() : ok;
  }

  async function write(): Promise<boolean> {
    timer?.cancel();
    timer = null;
    const batch = {
      turns: turns.slice(0, BATCH_ROWS),
      usages: usages.slice(0, BATCH_ROWS),
      progresses: [...progresses.values()].slice(0, BATCH_ROWS),
    };
    try {
      await append(batch).catch(async (error: unknown) => {
        if (isOutage(error)) throw error;
        for (const row of oneByOne(batch)) await appendOrDrop(row);
      });
    } catch (error) {
      log.error(
        { reason: describeError(error), pending: turns.length },
        'Transcript not stored, trying again',
      );
      return false;
    }
    return true;
  }

  async function append(batch: Batch): Promise<void> {
    await store.appendTranscript(batch.turns, batch.usages, batch.progresses);
    settle(batch);
  }

  /** A row that the store refuses for good must not keep those of all other calls from being stored. */
  async function appendOrDrop(row: Batch): Promise<void> {
    try {
      await append(row);
    } catch (error) {
      if (isOutage(error)) throw error;
      const [kind, callId] = nameOf(row);
      log.error(
        { call_id: callId, row: kind, reason: describeError(error) },
        'Transcript row dropped: the store refuses it',
      );
      settle(row);
    }
  }

  function settle(batch: Batch): void {
    turns = without(turns, batch.turns);
    usages = without(usages, batch.usages);
    for (const progress of batch.progresses)
      if (progresses.get(progress.callId) === progress) progresses.delete(progress.callId);
  }

  return {
    turn: (turn) => take(turns, turn),
    usage: (usage) => take(usages, usage),
    progress: (progress) => {
      progresses.set(progress.callId, progress);
      schedule(BATCH_MS);
    },
    flush,
    get pending() {
      return turns.length + usages.length;
    },
    async close() {
      closed = true;
      timer?.cancel();
      await flush();
    },
  };
}

/** Rows of one statement. */
interface Batch {
  readonly turns: readonly Owned<TurnRecord>[];
  readonly usages: readonly Owned<UsageRecord>[];
  readonly progresses: readonly ProgressRecord[];
}

const EMPTY: Batch = { turns: [], usages: [], progresses: [] };

function oneByOne({ turns, usages, progresses }: Batch): Batch[] {
  return [
    ...turns.map((turn) => ({ ...EMPTY, turns: [turn] })),
    ...usages.map((usage) => ({ ...EMPTY, usages: [usage] })),
    ...progresses.map((progress) => ({ ...EMPTY, progresses: [progress] })),
  ];
}

/** Kind and call of the one row of a batch. */
function nameOf({ turns, usages, progresses }: Batch): [kind: string, callId: string | undefined] {
  if (turns[0] !== undefined) return ['turn', turns[0].callId];
  if (usages[0] !== undefined) return ['usage', usages[0].callId];
  return ['progress', progresses[0]?.callId];
}

/** Whether the store is away: what it refuses for another reason, it refuses again. */
function isOutage(error: unknown): boolean {
  return error instanceof DenwabanError && error.code === 'DW_STORE_UNAVAILABLE';
}

/** Rows may have been dropped in front while others were being written: a count would not do. */
function without<T>(rows: readonly T[], stored: readonly T[]): T[] {
  const gone = new Set(stored);
  const first = rows.findIndex((row) => !gone.has(row));
  return first < 0 ? [] : rows.slice(first);
}
