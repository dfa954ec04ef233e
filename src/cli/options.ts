import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './program.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The options and the other words of a command line. */
export type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/**
 * Reads a command line.
 *
 * @throws UsageError naming the option that is unknown or lacks its value
 */
export function readOptions<const T extends Options>(args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * The one file that a command works on.
 *
 * @throws UsageError when there is none, or more than one
 */
export function oneFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('The file is missing.');
  if (more.length > 0) throw new UsageError(`One file at a time; 「${more.join(' ')}」 is too much.`);
  return file;
}

/**
 * Nothing but options.
 *
 * @throws UsageError when there is more
 */
export function noWords(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`「${positionals.join(' ')}」 is not understood.`);
}
