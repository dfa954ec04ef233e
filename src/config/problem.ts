import type { ConfigName } from './schema.ts';

/** What is wrong with one variable. Neither part repeats the value: a secret may stand in the wrong variable. */
export interface ConfigProblem {
  readonly name: ConfigName;
  readonly reason: string;
  readonly remedy: string;
}

/** One line: variable, reason, remedy. */
export function problemLine(problem: ConfigProblem): string {
  return `${problem.name}: ${problem.reason}. ${problem.remedy}.`;
}
