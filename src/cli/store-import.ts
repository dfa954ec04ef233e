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
  DATABASE_URL=postgres://… AUDIT_KEY=new,old denwaban store import store.dwb
  start the service with both

The key that signed the audit so far, 「old」, is in the service's AUDIT_KEY, or in DATA_DIR/audit.key.

  -h, --help           this text
`;

/** `denwaban store import`. */
export const storeImportCommand: Command = {
  summary: 'fill an empty store from such a file',
  help: HELP,
  run: async (args, surroundings) => {
    const path = oneFile(readOptions(args, {}).positionals);
    let rows = 0;
    const lacking = await withStore(surroundings, true, async (store, { signer }) => {
      try {
        await importArchive(store, path, (table, count) => {
          rows += count;
          surroundings.err(`  ${table.padEnd(24)} ${count}\n`);
        });
      } catch (error) {
        if (isFileFailure(error)) throw new OperatorError(`${path} cannot be read (${fileProblem(error)}).`);
        throw error;
      }
      return (await store.audit.read(async (reader) => reader.keyIds())).filter(
        (keyId) => signer.macBy(keyId, '') === null,
      );
    });
    surroundings.err(`${rows} rows stored\n`);
    if (lacking.length > 0) surroundings.err(describeLacking(lacking));
    return EXIT.done;
  },
};

/** A key that goes with the old directory cannot be made again, and nothing else would say so in time. */
function describeLacking(keyIds: readonly string[]): string {
  return `The audit was signed with a key that is not given here (${keyIds.join(', ')}): what happened before cannot be proven
without it. It is in the AUDIT_KEY of the service that was exported, or in audit.key of its DATA_DIR. Put it behind
the new one, AUDIT_KEY=new,old, and try 「denwaban audit verify」 before that directory goes.
`;
}
