import { systemClock } from '../lib/clock.ts';
import { packageVersion } from '../lib/package-root.ts';
import { exportArchive } from '../store/archive/archive.ts';
import { oneFile, readOptions } from './options.ts';
import { EXIT, OperatorError, type Command } from './program.ts';
import { fileProblem } from './read-file.ts';
import { withStore } from './store.ts';

const HELP = `Usage: denwaban store export FILE

Writes everything the store holds into a new file: as a backup, or to move it with
「denwaban store import」 from the embedded store to a PostgreSQL server, or back.

The embedded store belongs to one process: stop the service first. Over a server the service may
go on; the file holds one moment.

The file holds telephone numbers and conversations, and is not encrypted. Keys are not in it:
keep the environment, and what else lies in DATA_DIR, beside it.

  -h, --help           this text
`;

/** `denwaban store export`. */
export const storeExportCommand: Command = {
  summary: 'write the whole store into a file',
  help: HELP,
  run: async (args, surroundings) => {
    const path = oneFile(readOptions(args, {}).positionals);
    let rows = 0;
    await withStore(surroundings, false, async (store) => {
      try {
        await exportArchive(
          store,
          path,
          { version: packageVersion(), at: systemClock.now() },
          (table, count) => {
            rows += count;
            surroundings.err(`  ${table.padEnd(24)} ${count}\n`);
          },
        );
      } catch (error) {
        const problem = fileProblem(error);
        if (problem === 'EEXIST') throw new OperatorError(`${path} exists already; choose another name.`);
        if (isFileFailure(error)) throw new OperatorError(`${path} cannot be written (${problem}).`);
        throw error;
      }
    });
    surroundings.err(`${rows} rows written to ${path}\n`);
    return EXIT.done;
  },
};

/** Whether a call of the file system failed. */
export function isFileFailure(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}
