import type { ScenarioFile } from '../schema.ts';
import type { ScenarioSource, SourcePath } from '../source.ts';

/** `error`: the scenario is not fit for callers. `warning`: a person should look. */
export type Severity = 'error' | 'warning';

/** One thing that a careful reader would object to. Message and remedy are in Japanese: recruiters read them. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: Severity;
  /** Id of the rule, as docs/scenarios.md lists it. */
  readonly rule: string;
  readonly path: string;
  readonly message: string;
  /** How to put it right. */
  readonly fix: string;
}

/** What a rule found; where it stands is worked out from path and index. */
export interface Problem {
  readonly path: SourcePath;
  /** Index in the text at the path; without it the finding stands at the beginning. */
  readonly at?: number;
  /** Index in the whole file, for what stands outside every text, such as comments. */
  readonly offset?: number;
  readonly message: string;
  readonly fix: string;
}

/** What rules look at. */
export interface Draft {
  readonly source: ScenarioSource;
  /** Null when the file has not the shape of a scenario: rules about texts run all the same. */
  readonly content: ScenarioFile | null;
  readonly texts: readonly DraftText[];
  /** Names of the tools that exist. */
  readonly tools: readonly string[];
}

/** `spoken`: said to callers word for word. `instruction`: read by the model. `other`: neither. */
export type TextKind = 'spoken' | 'instruction' | 'other';

export interface DraftText {
  readonly path: SourcePath;
  readonly kind: TextKind;
  readonly text: string;
}

/** A piece of speech: a spoken text, or an example in 「」 inside the instructions. */
export interface Speech {
  readonly path: SourcePath;
  readonly text: string;
  /** Where it begins in the text at the path. */
  readonly at: number;
}

/** One rule: one file, or a few that belong together. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** For the table of rules, in Japanese. */
  readonly about: string;
  check(draft: Draft): Problem[];
}
