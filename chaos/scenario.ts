import type { Placed } from './caller.ts';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import type { Breach, Tolerance } from './oracle.ts';

/** What a scenario may use. */
export interface Stage {
  readonly house: House;
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

/** What became of a scenario, before its calls are judged. */
export interface Outcome {
  readonly placed: readonly Placed[];
  readonly figures: readonly Figure[];
  readonly breaches: readonly Breach[];
  readonly tolerance?: Tolerance;
}

/** One way to break things. It leaves three ready nodes and fair weather behind. */
export interface Scenario {
  /** One line for the help. */
  readonly about: string;
  /** Whether it runs when nothing is named. */
  readonly usual: boolean;
  /** Beside the nodes of the house, or with one of its own: then the house needs none. */
  run(stage: Stage): Promise<Outcome>;
}
