import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import type { CallStore, Owned, ProgressRecord, TurnRecord, UsageRecord } from '../store/ports.ts';

/** Takes finished turns and usage, and stores them in batches off the conversation's path. */
export interface Recorder {
  turn(turn: Owned<TurnRecord>): void;
  usage(usage: Owned<UsageRecord>): void;
  /** How far a call has come: the newest word counts. It goes with the next batch. */
  progress(progress: ProgressRecord): void;
  /** Resolves when everything taken so far is stored, or has failed once more and stays queued. */
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
    const someTurns = turns.slice(0, BATCH_ROWS);
    const someUsages = usages.slice(0, BATCH_ROWS);
    const someProgresses = [...progresses.values()].slice(0, BATCH_ROWS);
    try {
      await store.appendTranscript(someTurns, someUsages, someProgresses);
    } catch (error) {
      log.error(
        { reason: describeError(error), pending: turns.length },
        'Transcript not stored, trying again',
      );
      return false;
    }
    turns = without(turns, someTurns);
    usages = without(usages, someUsages);
    for (const progress of someProgresses)
      if (progresses.get(progress.callId) === progress) progresses.delete(progress.callId);
    return true;
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

/** Rows may have been dropped in front while others were being written: a count would not do. */
function without<T>(rows: readonly T[], stored: readonly T[]): T[] {
  const gone = new Set(stored);
  const first = rows.findIndex((row) => !gone.has(row));
  return first < 0 ? [] : rows.slice(first);
}
