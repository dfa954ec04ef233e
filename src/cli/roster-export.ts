import { systemClock } from '../lib/clock.ts';
import { LIST_CODES, LIST_HEADER, listRows, readLists } from '../roster/attendance-list.ts';
import { writeTable } from '../roster/csv-write.ts';
import { encodeCp932, encodeUtf8 } from '../roster/encoding.ts';
import { chooseBriefing, chooseSlots } from './choose.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { withStore } from './store.ts';
import { writePrivate } from './write-private.ts';

const HELP = `Usage: denwaban roster export [options]

Writes the attendance list as CSV for Excel: who comes, what was said, when, and by which call.
Cells that a spreadsheet would calculate get an apostrophe, and so does a 受付番号 that it would
read as a number or a day (0012, 1E05). With marks in the column 当日 the list can be given to:
denwaban roster checkin

  --briefing NAME      title or id of the briefing; default: the only one
  --slot WHICH         id of a slot, or its date: 2026/11/24 or '11/24 14:00'; default: all slots
  --out FILE           write to a new file; default: standard output
  --force              overwrite the file
  --encoding NAME      utf-8 (with a mark by which Excel knows it) or cp932; default utf-8
  --codes HOW          text: with that apostrophe before a 受付番号; plain: as it is stored, for
                       programs that read the list; default text
  -h, --help           this text
`;

/** `denwaban roster export`. */
export const exportCommand: Command = {
  summary: 'write the attendance list of a slot as CSV',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      briefing: { type: 'string' },
      slot: { type: 'string' },
      out: { type: 'string' },
      force: { type: 'boolean', default: false },
      encoding: { type: 'string', default: 'utf-8' },
      codes: { type: 'string', default: 'text' },
    });
    noWords(positionals);
    if (values.encoding !== 'utf-8' && values.encoding !== 'cp932')
      throw new UsageError(`--encoding ${values.encoding}: write utf-8 or cp932.`);
    if (values.codes !== 'text' && values.codes !== 'plain')
      throw new UsageError(`--codes ${values.codes}: write text or plain.`);
    const rows = await withStore(surroundings, false, async ({ briefings }) => {
      const briefing = await chooseBriefing(briefings, values.briefing ?? null);
      const slots = await chooseSlots(briefings, briefing, values.slot ?? null, systemClock.now());
      return listRows(briefing, await readLists(briefings, slots));
    });
    const text = writeTable(LIST_HEADER, rows, values.codes === 'text' ? LIST_CODES : []);
    const bytes = encode(text, values.encoding);
    if (values.out === undefined) surroundings.out(bytes);
    else await writePrivate(values.out, bytes, values.force);
    surroundings.err(`${rows.length} people\n`);
    return EXIT.done;
  },
};

function encode(text: string, encoding: 'utf-8' | 'cp932'): Uint8Array {
  if (encoding === 'utf-8') return encodeUtf8(text);
  const result = encodeCp932(text);
  if ('bytes' in result) return result.bytes;
  const named = result.unmappable.map(
    (sign) => `${sign} (U+${sign.codePointAt(0)?.toString(16).toUpperCase() ?? ''})`,
  );
  throw new OperatorError(`CP932 has no ${named.join(', ')}. Nothing was written; use --encoding utf-8.`);
}
