import { anchorNow } from '../audit/anchor-job.ts';
import { systemClock } from '../lib/clock.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, type Command } from './program.ts';
import { silentLog } from '../lib/log.ts';
import { withStore } from './store.ts';

const HELP = `Usage: denwaban audit anchor

Writes now how far every chain of the audit has come to AUDIT_ANCHOR_DIR, as the service does daily.
Whoever keeps a copy of that file elsewhere can prove later that nothing was cut off.

  -h, --help           this text
`;

/** `denwaban audit anchor`. */
export const auditAnchorCommand: Command = {
  summary: 'write the ends of all chains of the audit to a file',
  help: HELP,
  run: async (args, surroundings) => {
    noWords(readOptions(args, {}).positionals);
    await withStore(
      surroundings,
      false,
      async ({ anchors }, { anchorDir }) => {
        const made = await anchorNow({ anchors, directory: anchorDir, clock: systemClock, log: silentLog });
        for (const { number, day, leaves, mac } of made)
          surroundings.out(`anchor ${number} (${day}): ${leaves.length} chains, ${mac}\n`);
        if (made.length === 0) surroundings.out('Nothing has happened since the last anchor.\n');
      },
      false,
    );
    return EXIT.done;
  },
};
