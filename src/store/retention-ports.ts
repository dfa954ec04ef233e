/**
 * What the service asks of its store about lifetimes. Which rows there are and what is removed of them stands in
 * `retention-classes.ts`; how long each is kept is decided by who asks.
 */

/** What the time of a class is measured by. */
export type RetentionPeriod = 'call' | 'message' | 'hiring' | 'outbound' | 'technical' | 'counter' | 'record';

/** A class of rows that go together. */
export interface RetentionClass {
  /** Stands in reports and stored runs. */
  readonly name: string;
  readonly period: RetentionPeriod;
}

/** Everything of a class whose time began before `cutoff` is due. Both in ms. */
export interface RetentionCut {
  readonly cutoff: number;
  readonly now: number;
}

/** A run in the hands of one node. */
export interface HeldRun {
  readonly runId: string;
  readonly token: string;
}

/** A stored run. */
export interface RetentionRun {
  readonly runId: string;
  readonly kind: 'daily' | 'manual';
  /** `YYYY-MM-DD` in Japan. */
  readonly day: string;
  readonly startedAt: number;
  /** Null: under way, or cut off and to be continued. */
  readonly finishedAt: number | null;
  /** Rows removed, by class. */
  readonly removed: Readonly<Record<string, number>>;
  /** When something is due next, by class, as ISO instants; null: nothing is there, or it was not to be found out. */
  readonly nextDue: Readonly<Record<string, string | null>>;
}

/** Which run is asked for. */
export interface RunRequest {
  readonly kind: 'daily' | 'manual';
  /** `YYYY-MM-DD` in Japan. */
  readonly day: string;
  readonly at: number;
  /** The run is anybody's again when it was not worked on for so long, ms. */
  readonly leaseMs: number;
}

export interface RetentionStore {
  /** In the order in which they are worked on. */
  readonly classes: readonly RetentionClass[];
  /**
   * Takes up a run that was cut off, else begins one.
   *
   * @returns null when somebody is at work, or the day's run is done
   */
  begin(request: RunRequest): Promise<HeldRun | null>;
  /**
   * Removes up to `limit` due rows of a class and counts them in the run, in one transaction.
   *
   * @returns rows removed, or null when the run has passed to somebody else and nothing was removed
   */
  remove(
    run: HeldRun,
    className: string,
    cut: RetentionCut,
    limit: number,
    leaseMs: number,
  ): Promise<number | null>;
  /** Rows of a class that are due now. */
  countDue(className: string, cut: RetentionCut): Promise<number>;
  /** Begin of the time of the oldest row that is not due, ms; null: there is none, or it goes with another class. */
  oldestKept(className: string, cut: RetentionCut): Promise<number | null>;
  /** Ends a run. @returns false when it has passed to somebody else */
  finish(run: HeldRun, at: number, nextDue: Readonly<Record<string, string | null>>): Promise<boolean>;
  /** Lets go of a run that is not finished: whoever asks next goes on with it. */
  release(run: HeldRun): Promise<void>;
  /** Newest first. */
  listRuns(limit: number): Promise<RetentionRun[]>;
}
