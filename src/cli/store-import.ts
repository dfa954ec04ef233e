import { importArchive } from '../store/archive/archive.ts';
import { oneFile, readOptions } from './options.ts';
import { EXIT, OperatorError, type Command } from './program.ts';
import { fileProblem } from './read-file.ts';
import { withStore } from './store.ts';
import { isFileFailure } from './store-export.ts';

const HELP = `Usage: denwaban store import FILE

Fills an empty store with a file of 「denwaban store export」: all of it, or nothing. Export and
import are done by the same version of Denwaban.

To grow from the embedded store to a PostgreSQL server:

  stop the service
  denwaban store export store.dwb
  DATABASE_URL=postgres://… denwaban store import store.dwb
  start the service with DATABASE_URL

  -h, --help           this text
`;

/** `denwaban store import`. */
export const storeImportCommand: Command = {
  summary: 'fill an empty store from such a file',
  help: HELP,
  run: async (args, surroundings) => {
    const path = oneFile(readOptions(args, {}).positionals);
    let rows = 0;
    await withStore(surroundings, true, async (store) => {
      try {
        await importArchive(store, path, (table, count) => {
          rows += count;
          surroundings.err(`  ${table.padEnd(24)} ${count}\n`);
        });
      } catch (error) {
        if (isFileFailure(error)) throw new OperatorError(`${path} cannot be read (${fileProblem(error)}).`);
        throw error;
      }
    });
    surroundings.err(`${rows} rows stored\n`);
    return EXIT.done;
  },
};
