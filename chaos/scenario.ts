import type { Placed } from './caller.ts';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import type { Breach, Tolerance } from './oracle.ts';

/** People who call, one after the other, on several lines. */
export interface Callers {
  /** Calls that are up now. */
  readonly live: number;
  /** Waits until so many calls are up. */
  untilLive(count: number, ms: number): Promise<void>;
  /** Nobody calls any more. @returns the calls to be judged with this scenario, when everybody has hung up */
  stop(): Promise<readonly Placed[]>;
}

/** What a scenario may use. */
export interface Stage {
  readonly house: House;
  /** Keeps so many lines busy. In the short form the same people call through all scenarios, and are judged at the end. */
  callers(lines: number): Callers;
  readonly chance: Chance;
  /** The form for every change. */
  readonly short: boolean;
  /** Options of Node for nodes whose time is looked into. */
  readonly profiling: readonly string[];
  /** Whether it is time to come to an end. */
  late(): boolean;
  /** Tells whoever waits what is being done. */
  progress(text: string): void;
}

/** One measured figure, as it stands in the table. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

/** What became of a scenario, before its calls are judged. Those of callers who go on calling are not among them. */
export interface Outcome {
  readonly placed: readonly Placed[];
  readonly figures: readonly Figure[];
  readonly breaches: readonly Breach[];
}

/** One way to break things. It leaves three ready nodes and fair weather behind. */
export interface Scenario {
  /** One line for the help. */
  readonly about: string;
  /** Whether it needs the house for itself. Then it is not of the short form, unless it is named. */
  readonly alone: boolean;
  /** What it lets happen to calls that are up meanwhile. */
  readonly tolerance?: Tolerance;
  /** Beside the nodes of the house, or with one of its own: then the house needs none. */
  run(stage: Stage): Promise<Outcome>;
}
