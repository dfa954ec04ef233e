import { systemClock } from '../lib/clock.ts';
import { readLists } from '../roster/attendance-list.ts';
import { describeReport } from '../roster/report.ts';
import { chooseBriefing, chooseSlots } from './choose.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, type Command } from './program.ts';
import { withStore } from './store.ts';

const HELP = `Usage: denwaban roster report [options]

Compares what people said with what happened: per slot and status, how many came.

  --briefing NAME      title or id of the briefing; default: the only one
  --slot WHICH         id of a slot, or its date: 2026/11/24 or '11/24 14:00'; default: all slots
  --names              also name who did otherwise than said
  -h, --help           this text
`;

/** `denwaban roster report`. */
export const reportCommand: Command = {
  summary: 'compare what people said with what happened',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      briefing: { type: 'string' },
      slot: { type: 'string' },
      names: { type: 'boolean', default: false },
    });
    noWords(positionals);
    await withStore(surroundings, false, async ({ briefings }) => {
      const briefing = await chooseBriefing(briefings, values.briefing ?? null);
      const slots = await chooseSlots(briefings, briefing, values.slot ?? null, systemClock.now());
      surroundings.out(`${describeReport(await readLists(briefings, slots), values.names)}\n`);
    });
    return EXIT.done;
  },
};
