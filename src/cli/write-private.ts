import { open } from 'node:fs/promises';
import { OperatorError } from './program.ts';
import { fileProblem } from './read-file.ts';

/** Of files about people: their owner's only. */
const PRIVATE = 0o600;

/**
 * Writes a file that only its owner can read, also when it was there before with other rights.
 *
 * @throws OperatorError when it exists and `force` is not given, or cannot be written
 */
export async function writePrivate(
  path: string,
  content: string | Uint8Array,
  force: boolean,
): Promise<void> {
  try {
    const file = await open(path, force ? 'a' : 'wx', PRIVATE);
    try {
      await file.chmod(PRIVATE);
      await file.truncate();
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  } catch (error) {
    const problem = fileProblem(error);
    const remedy =
      problem === 'EEXIST' ? 'exists already; --force overwrites it' : `cannot be written (${problem})`;
    throw new OperatorError(`${path} ${remedy}.`);
  }
}
