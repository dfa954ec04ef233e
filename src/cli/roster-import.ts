import { type Briefing, emptyBriefing } from '../briefing/briefing.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { describeImport } from '../roster/diff.ts';
import { importRoster, RosterBusyError, type ImportReport } from '../roster/import-roster.ts';
import type { SlotMaking } from '../roster/slot-finder.ts';
import type { Store } from '../store/open.ts';
import { chooseBriefing, findBriefing } from './choose.ts';
import { oneFile, readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { readListFile, type ListFile } from './read-file.ts';
import { withStore } from './store.ts';

/** Length of a created slot whose end is not written, in minutes. */
const SLOT_MINUTES = 60;

/** Minutes. A longer slot is a slip of the pen. */
const MAX_SLOT_MINUTES = 24 * 60;

const HELP = `Usage: denwaban roster import FILE [options]

Reads applicants and their slots from a CSV file (UTF-8 or CP932; first line: headers such as
氏名 フリガナ 大学 学部 電話番号 携帯 メール 受付番号 応募者ID 説明会 日時 終了 会場 定員 オンライン).
Without --apply nothing is stored: the command shows what it would do. With it, all rows are
stored or, when one is refused, none. The same file again changes nothing. FILE may be - for the
standard input.

  --apply                  store
  --plan ID                store only what the dry run with this id showed
  --briefing NAME          title or id of the briefing; default: 説明会 of the file, or the only one
  --create-briefing TITLE  create the briefing when there is none with this title
  --company NAME           its company; required with --create-briefing
  --place TEXT             its place
  --contact TEXT           number or address that applicants are told to turn to; without it the number they dialled
  --create-slots           create slots that do not exist
  --slot-minutes N         length of those whose end is not written; default ${SLOT_MINUTES}
  --source NAME            system the file comes from; 応募者ID is unique in it; default csv
  --column FIELD=HEADER    what a column with another header holds; may be repeated
  --all                    show every row
  -h, --help               this text

Exit code 0: done, or a dry run without refused rows; 1: refused or failed; 2: wrong command line.
`;

const OPTIONS = {
  apply: { type: 'boolean', default: false },
  plan: { type: 'string' },
  briefing: { type: 'string' },
  'create-briefing': { type: 'string' },
  company: { type: 'string' },
  place: { type: 'string' },
  contact: { type: 'string' },
  'create-slots': { type: 'boolean', default: false },
  'slot-minutes': { type: 'string', default: String(SLOT_MINUTES) },
  source: { type: 'string', default: 'csv' },
  column: { type: 'string', multiple: true },
  all: { type: 'boolean', default: false },
} as const;

/** Options that become texts of a new briefing. */
const BRIEFING_TEXTS = ['create-briefing', 'company', 'place', 'contact'] as const;

/** `denwaban roster import`. */
export const importCommand: Command = {
  summary: 'take applicants and slots over from a CSV file',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, OPTIONS);
    const path = oneFile(positionals);
    const minutes = readMinutes(values['slot-minutes']);
    const title = values['create-briefing'] ?? null;
    if (title !== null && values.company === undefined)
      throw new UsageError('--create-briefing needs --company: callers are told whose briefing it is.');
    for (const name of BRIEFING_TEXTS)
      if (values[name]?.trim() === '')
        throw new UsageError(`--${name} is blank: messages and callers are told it as it stands.`);
    const { err, out } = surroundings;
    if (values.plan !== undefined && !values.apply)
      throw new UsageError('--plan goes with --apply: a dry run stores nothing anyway.');
    let began = 0;
    const file = await readListFile(path, values.column ?? [], surroundings);
    err(`${path}: ${file.table.rows.length} rows, ${file.encoding}\n`);
    if (file.columns.ignored.length > 0)
      err(`columns that are not used: ${file.columns.ignored.join(', ')}\n`);
    const making: SlotMaking | null = values['create-slots']
      ? { minutes, newId: () => systemRandom.uuid() }
      : null;
    const report = await withStore(surroundings, values.apply || title !== null, async (store) => {
      const given = {
        name: values.briefing ?? null,
        title,
        company: values.company ?? '',
        place: values.place ?? null,
        contact: values.contact ?? null,
      };
      const { briefing, isNew } = await briefingFor(store, file, given);
      err(`briefing: ${briefing.title} (${briefing.briefingId})${isNew ? ', new' : ''}\n`);
      began = systemClock.monotonic();
      return importRoster(store.transact, {
        table: file.table,
        columns: file.columns,
        briefing,
        createBriefing: isNew,
        making,
        source: values.source,
        apply: values.apply,
        onlyPlan: values.plan ?? null,
        at: systemClock.now(),
        onStep: (step) => err(`${step} …\n`),
      }).catch((error: unknown) => {
        throw error instanceof RosterBusyError ? new OperatorError(error.message) : error;
      });
    });
    out(`${describeImport(report, values.all)}\n`);
    const differs = values.apply && values.plan !== undefined && values.plan !== report.planId;
    if (differs) {
      err(
        `This is not what plan ${values.plan} showed: the file, or what is stored, has changed. Nothing was stored.\n`,
      );
      return EXIT.failed;
    }
    err(closing(report, values.apply, systemClock.monotonic() - began));
    return report.refused.length > 0 ? EXIT.failed : EXIT.done;
  },
};

/** @param ms what reading, comparing and storing took, with the closing of the store */
function closing({ applied, refused, counts, planId }: ImportReport, wanted: boolean, ms: number): string {
  if (refused.length > 0)
    return 'Nothing was stored. Correct the refused rows and import the whole file again.\n';
  if (counts.new + counts.changed === 0)
    return applied || wanted
      ? 'Everything was stored already.\n'
      : 'Everything is stored already: there is nothing to do.\n';
  if (!wanted)
    return `This was a dry run: nothing was stored. --apply stores it; with --plan ${planId}, exactly this or nothing.\n`;
  return `Stored in ${(ms / 1_000).toFixed(1)} s.\n`;
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes > 0 && minutes <= MAX_SLOT_MINUTES) return minutes;
  throw new UsageError(`--slot-minutes ${text}: write a number of minutes from 1 to ${MAX_SLOT_MINUTES}.`);
}

interface BriefingOptions {
  readonly name: string | null;
  /** Of a briefing to be created where there is none. */
  readonly title: string | null;
  readonly company: string;
  readonly place: string | null;
  readonly contact: string | null;
}

async function briefingFor(
  { briefings }: Store,
  file: ListFile,
  { name, title, company, place, contact }: BriefingOptions,
): Promise<{ readonly briefing: Briefing; readonly isNew: boolean }> {
  if (title === null)
    return { briefing: await chooseBriefing(briefings, name ?? titleIn(file)), isNew: false };
  const known = await findBriefing(briefings, title);
  if (known !== null) return { briefing: known, isNew: false };
  const taken = name === null ? null : await briefings.getBriefing(name);
  if (taken !== null)
    throw new OperatorError(
      `The id 「${taken.briefingId}」 is that of 「${taken.title}」 already; choose another one.`,
    );
  const briefing = {
    ...emptyBriefing(name ?? systemRandom.uuid()),
    title,
    company,
    place,
    contact,
  };
  return { briefing, isNew: true };
}

/** The briefing that the first row is about. */
function titleIn({ table, columns }: ListFile): string | null {
  const column = columns.at.get('briefing');
  const title =
    column === undefined ? undefined : table.rows.find(({ cells }) => cells[column] !== '')?.cells[column];
  return title?.trim() ?? null;
}
