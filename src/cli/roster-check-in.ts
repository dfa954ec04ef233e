import { systemClock } from '../lib/clock.ts';
import { readLists } from '../roster/attendance-list.ts';
import { readCheckIn, type CheckIn } from '../roster/check-in.ts';
import { chooseBriefing, chooseSlots } from './choose.ts';
import { oneFile, readOptions } from './options.ts';
import { EXIT, OperatorError, type Command } from './program.ts';
import { readListFile } from './read-file.ts';
import { withStore } from './store.ts';

const HELP = `Usage: denwaban roster checkin FILE [options]

Records who came, from a CSV file with a column 当日 (or 出席, 来場): ○ or 出席 for who came, × or
欠席 for who did not; an empty cell records nothing. People are found by 受付番号 or 応募者ID, else
by 氏名 and 電話番号. Who had said that they would not come is not recorded as a no-show.
Without --apply nothing is stored. With it, all rows are, or none when one is refused. FILE may be
- for the standard input.

  --apply              store
  --briefing NAME      title or id of the briefing; default: the only one
  --slot WHICH         id of a slot, or its date: 2026/11/24 or '11/24 14:00'; default: all slots
  --rest-absent        whoever is expected in these slots and has no mark did not come
  --by NAME            who answers for it; stands in the history
  --column FIELD=HEADER  what a column with another header holds (actual=…); may be repeated
  -h, --help           this text
`;

/** `denwaban roster checkin`. */
export const checkInCommand: Command = {
  summary: 'record from the day’s check-in sheet who came',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      apply: { type: 'boolean', default: false },
      briefing: { type: 'string' },
      slot: { type: 'string' },
      'rest-absent': { type: 'boolean', default: false },
      by: { type: 'string' },
      column: { type: 'string', multiple: true },
    });
    const path = oneFile(positionals);
    const { table, columns } = await readListFile(path, values.column ?? [], surroundings);
    if (!columns.at.has('actual'))
      throw new OperatorError(
        `${path} has no column that says who came. Name it 当日, or: --column actual=HEADER`,
      );
    return withStore(surroundings, false, async ({ briefings }) => {
      const now = systemClock.now();
      const briefing = await chooseBriefing(briefings, values.briefing ?? null);
      const slots = await chooseSlots(briefings, briefing, values.slot ?? null, now);
      const checkIn = readCheckIn(table, columns, await readLists(briefings, slots), values['rest-absent']);
      surroundings.out(describe(checkIn));
      if (checkIn.refused.length > 0) {
        surroundings.err('Nothing was stored. Correct the refused rows and try again.\n');
        return EXIT.failed;
      }
      if (!values.apply) {
        surroundings.err('This was a dry run: nothing was stored. --apply stores it.\n');
        return EXIT.done;
      }
      const source = { kind: 'team', memberId: values.by ?? null } as const;
      const unknown = await briefings.recordActual(checkIn.observations, source, now);
      surroundings.err(
        unknown.length === 0 ? 'Stored.\n' : `Stored, but ${unknown.length} people were deleted meanwhile.\n`,
      );
      return EXIT.done;
    });
  },
};

function describe({ attended, noShow, unchanged, skipped, refused }: CheckIn): string {
  return [
    ...refused.map(({ line, reason }) => `! line ${line}: ${reason}`),
    `${attended} came, ${noShow} did not, ${unchanged} recorded already, ${skipped} without effect, ${refused.length} refused`,
    '',
  ].join('\n');
}
