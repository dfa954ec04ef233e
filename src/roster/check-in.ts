import { codeWithoutZeros, hasLostZeros, reservationCodeKey } from '../briefing/applicant.ts';
import { holdsSeat, type ActualAttendance } from '../briefing/attendance-status.ts';
import { foldItaiji } from '../briefing/itaiji.ts';
import { toKatakana } from '../briefing/kana.ts';
import { normalisePhoneNumber } from '../briefing/phone-number.ts';
import type { Observation, RosterLine } from '../store/briefing-ports.ts';
import type { SlotList } from './attendance-list.ts';
import { Cells, RowError, textKey, type RowProblem } from './cells.ts';
import type { Columns } from './columns.ts';
import type { Table } from './csv-read.ts';
import { ROUNDED } from './read-applicant.ts';

/** What a check-in sheet says, compared with the lists. */
export interface CheckIn {
  /** What is to be recorded, one per registration. */
  readonly observations: readonly Observation[];
  readonly attended: number;
  readonly noShow: number;
  /** Rows that are recorded so already. */
  readonly unchanged: number;
  /** Rows without a mark, and marks of absence for people who had said that they would not come. */
  readonly skipped: number;
  readonly refused: readonly RowProblem[];
}

const ATTENDED = new Set([
  '出席',
  '出席済',
  '来場',
  '来場済',
  '来社',
  '参加',
  '受付',
  '受付済',
  '済',
  '○',
  '〇',
  '◯',
  '●',
  '✓',
  '✔',
  '☑',
  '1',
  'yes',
  'true',
  'y',
  'attended',
]);
const NO_SHOW = new Set([
  '欠席',
  '無断欠席',
  '不参加',
  '未来場',
  '未',
  '×',
  '✕',
  '✗',
  'x',
  '0',
  'no',
  'false',
  'n',
  'no_show',
  'no-show',
  'noshow',
]);

/**
 * Reads a check-in sheet: a column says who came (○ or 出席, × or 欠席), the others who it is.
 *
 * @param restAbsent records who is expected in these slots and not marked as `no_show`
 */
export function readCheckIn(
  table: Table,
  columns: Columns,
  lists: readonly SlotList[],
  restAbsent: boolean,
): CheckIn {
  const people = new People(lists.flatMap(({ lines }) => lines));
  const marks = new Map<RosterLine, ActualAttendance>();
  const seen = new Set<RosterLine>();
  const refused: RowProblem[] = [];
  let skipped = 0;
  for (const row of table.rows) {
    const cells = new Cells(row, columns);
    try {
      const mark = readMark(cells);
      const line = people.find(cells);
      if (seen.has(line)) throw new RowError('an earlier row is about the same person; keep one of them');
      seen.add(line);
      if (mark === null || (mark === 'no_show' && !isExpected(line))) skipped += 1;
      else marks.set(line, mark);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      refused.push({ line: row.line, reason: error.message });
    }
  }
  if (restAbsent) {
    for (const line of people.lines) {
      if (!marks.has(line) && line.registration.actual === null && isExpected(line))
        marks.set(line, 'no_show');
    }
  }
  const news = [...marks].filter(([line, actual]) => line.registration.actual !== actual);
  return {
    observations: news.map(([{ registration }, actual]) => ({
      registrationId: registration.registrationId,
      actual,
    })),
    attended: news.filter(([, actual]) => actual === 'attended').length,
    noShow: news.filter(([, actual]) => actual === 'no_show').length,
    unchanged: marks.size - news.length,
    skipped,
    refused,
  };
}

/** Who said that they would not come is no no-show. */
function isExpected({ registration }: RosterLine): boolean {
  return holdsSeat(registration.status) || registration.status === 'online';
}

function readMark(cells: Cells): ActualAttendance | null {
  const text = cells.text('actual');
  if (text === null) return null;
  const key = textKey(text);
  if (ATTENDED.has(key)) return 'attended';
  if (NO_SHOW.has(key)) return 'no_show';
  throw new RowError(`「${text}」 does not say who came; write ○ or ×, 出席 or 欠席`);
}

/** Everybody on the lists, found by what a sheet says of them. */
class People {
  readonly lines: readonly RosterLine[];
  readonly #byKey = new Map<string, RosterLine[]>();

  constructor(lines: readonly RosterLine[]) {
    this.lines = lines;
    for (const line of lines) {
      const { reservationCode, externalId, name } = line.applicant;
      if (reservationCode !== null) {
        this.#add(`code ${reservationCode}`, line);
        const bare = codeWithoutZeros(reservationCode);
        if (bare !== null) this.#add(`bare code ${bare}`, line);
      }
      if (externalId !== null) this.#add(`id ${externalId}`, line);
      this.#add(`name ${foldItaiji(name.full)}`, line);
      this.#add(`kana ${kanaKey(name.fullKana ?? '')}`, line);
    }
  }

  /**
   * By reservation code or applicant id, else by name and telephone, as far as they are written.
   *
   * @throws RowError when nobody or more than one person fits
   */
  find(cells: Cells): RosterLine {
    const { name, kana } = nameIn(cells);
    const isNamed = name !== '' || kana !== '';
    const named = this.#at(name === '' ? `kana ${kanaKey(kana)}` : `name ${foldItaiji(name)}`);
    const code = cells.text('code');
    // What a spreadsheet has rounded says nothing; the row may say more.
    if (code !== null && !ROUNDED.test(code)) return this.#byCode(code, isNamed ? named : null);
    const id = cells.text('externalId');
    if (id !== null) return one(this.#at(`id ${id}`), `応募者ID 「${id}」`);
    if (!isNamed) throw new RowError('nothing says who this is; add 受付番号, 応募者ID or 氏名');
    const numbers = phonesOf(cells);
    const fitting = named.filter(({ applicant }) => {
      const onFile = applicant.name.fullKana;
      const kanaFits = kana === '' || onFile === null || kanaKey(onFile) === kanaKey(kana);
      return (
        kanaFits && (numbers.length === 0 || numbers.some((number) => applicant.phones.includes(number)))
      );
    });
    return one(fitting, `「${name === '' ? kana : name}」`);
  }

  /**
   * By the code as it is written, or with the zeros that a spreadsheet has eaten: then the name has to fit.
   *
   * @param named who has the name that the row says; null: it says none
   */
  #byCode(code: string, named: readonly RosterLine[] | null): RosterLine {
    const key = reservationCodeKey(code);
    const fits = (line: RosterLine): boolean => named === null || named.includes(line);
    const exact = this.#at(`code ${key}`);
    const eaten = this.#at(`bare code ${codeWithoutZeros(key) ?? ''}`).filter(
      (line) => hasLostZeros(key, line.applicant.reservationCode ?? '') && fits(line),
    );
    const isExact = exact.some(fits) || (exact.length > 0 && eaten.length !== 1);
    return one(isExact ? exact : eaten, `受付番号 「${code}」`);
  }

  #add(key: string, line: RosterLine): void {
    const lines = this.#byKey.get(key);
    if (lines === undefined) this.#byKey.set(key, [line]);
    else lines.push(line);
  }

  #at(key: string): readonly RosterLine[] {
    return this.#byKey.get(key) ?? [];
  }
}

function one(lines: readonly RosterLine[], called: string): RosterLine {
  const [line, ...more] = lines;
  if (line === undefined) throw new RowError(`${called} is not on the list of these slots`);
  if (more.length > 0) throw new RowError(`${called} fits ${lines.length} people; add 受付番号 or 電話番号`);
  return line;
}

/** Empty: not written. */
function nameIn(cells: Cells): { readonly name: string; readonly kana: string } {
  return {
    name: cells.text('name') ?? `${cells.text('family') ?? ''}${cells.text('given') ?? ''}`,
    kana: cells.text('kana') ?? `${cells.text('familyKana') ?? ''}${cells.text('givenKana') ?? ''}`,
  };
}

function phonesOf(cells: Cells): string[] {
  const text = `${cells.text('mobile') ?? ''}/${cells.text('phone') ?? ''}`;
  return text.split('/').flatMap((part) => normalisePhoneNumber(part) ?? []);
}

function kanaKey(kana: string): string {
  return toKatakana(kana).replace(/\s/gu, '');
}
