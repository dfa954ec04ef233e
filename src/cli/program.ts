import type { Environment } from '../config.ts';

/** What a command may use of the process. */
export interface Surroundings {
  readonly env: Environment;
  /** The standard input, asked for by a command that is given `-` for a file; not there: nothing can be read. */
  readonly input?: () => AsyncIterable<Uint8Array>;
  /** The command's result. */
  readonly out: (text: string | Uint8Array) => void;
  /** Progress and problems; never part of the result. */
  readonly err: (text: string) => void;
}

/** Codes with which the program ends. */
export const EXIT = {
  done: 0,
  /** The work was not done; the reason was said. */
  failed: 1,
  /** The command line is not understood. */
  usage: 2,
} as const;

/** Ends a command with words for the operator: what is wrong, and what to do about it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** The command line is not understood; the help is pointed to. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One command of the program. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /**
   * @param args what follows the command's name
   * @returns exit code
   * @throws UsageError, OperatorError, DenwabanError
   */
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}
