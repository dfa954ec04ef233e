import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalisePhoneNumber } from '../../src/briefing/phone-number.ts';
import type { Briefing } from '../../src/briefing/briefing.ts';
import { addDays, dayOf, partsOf, tokyoTime, type Day } from '../../src/briefing/spoken-calendar.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Random } from '../../src/lib/random.ts';
import { mapColumns, type Field } from '../../src/roster/columns.ts';
import { readTable, type TableRow } from '../../src/roster/csv-read.ts';
import { importRoster, type ImportReport, type InTransaction } from '../../src/roster/import-roster.ts';

/** The roster that is shipped, below the root of the package. Names and numbers are made up. */
export const SAMPLE_ROSTER = join('scenarios', 'sample-roster.csv');

/** One row of it: somebody who may call. */
export interface SamplePerson {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly name: string;
  readonly kana: string;
  readonly university: string;
  /** Without hyphens, as it is stored. */
  readonly code: string;
  /** In E.164. */
  readonly phone: string;
  /** The reserved date as the file writes it, moved as the import moves it. */
  readonly when: string;
}

/** The sample roster with its dates moved to the coming days. */
export interface SampleRoster {
  readonly people: readonly SamplePerson[];
  /** Stores briefing, slots, people and registrations. */
  importInto(transact: InTransaction, at: number): Promise<ImportReport>;
}

/** The briefing of the sample; what the roster does not hold. */
const BRIEFING: Briefing = {
  briefingId: 'sample-briefing',
  title: '会社説明会',
  company: '見本商事',
  place: '本社ホール',
  onlineUrl: 'https://briefing.example.com/',
  whatToBring: '筆記用具と学生証',
  dress: 'ふだんの服装でお越しください',
  contact: '03-1234-0000',
  notices: [],
  cancelDeadlineMinutes: null,
};

const DATE = /(\d{4})年(\d{1,2})月(\d{1,2})日/gu;
const WEEK = 7;
/** Length of a slot whose end is not written, minutes. */
const SLOT_MINUTES = 60;

/**
 * Reads the sample roster. Its dates are moved by whole weeks, so that the first of them lies ahead whenever this runs
 * and every weekday stays right.
 *
 * @param now ms since the Unix epoch
 * @throws Error when the file cannot be read or understood
 */
export async function readSampleRoster(now: number, random: Random): Promise<SampleRoster> {
  const path = join(packageRoot(), SAMPLE_ROSTER);
  const read = readTable(moved(await readFile(path, 'utf8'), tokyoTime(now).day));
  if ('problem' in read) throw new Error(`${path}: ${read.problem}`);
  const { table } = read;
  const columns = mapColumns(table.header, new Map());
  if ('problem' in columns) throw new Error(`${path}: ${columns.problem}`);
  const cell = (row: TableRow, field: Field): string => row.cells[columns.at.get(field) ?? -1] ?? '';
  return {
    people: table.rows.map((row, index) => ({
      number: index + 1,
      name: cell(row, 'name'),
      kana: cell(row, 'kana'),
      university: cell(row, 'university'),
      code: cell(row, 'code').replaceAll('-', ''),
      phone: normalisePhoneNumber(cell(row, 'mobile')) ?? '',
      when: cell(row, 'date'),
    })),
    importInto: (transact, at) =>
      importRoster(transact, {
        table,
        columns,
        briefing: BRIEFING,
        createBriefing: true,
        making: { minutes: SLOT_MINUTES, newId: () => random.uuid() },
        source: 'sample',
        apply: true,
        onlyPlan: null,
        at,
        onStep: () => {},
      }),
  };
}

/** All dates later by as many weeks as bring the first of them after today. */
function moved(text: string, today: Day): string {
  const days = [...text.matchAll(DATE)].map(dayIn).toSorted();
  let shift = 0;
  while (days[0] !== undefined && addDays(days[0], shift) <= today) shift += WEEK;
  return text.replaceAll(DATE, (...match) => {
    const { year, month, day } = partsOf(addDays(dayIn(match), shift));
    return `${year}年${month}月${day}日`;
  });
}

function dayIn([, year, month, day]: readonly string[]): Day {
  return dayOf(Number(year), Number(month), Number(day)) ?? '';
}
