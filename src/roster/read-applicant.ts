import type { ApplicantData, ApplicantName } from '../briefing/applicant.ts';
import { isKana, toKatakana } from '../briefing/kana.ts';
import { normalisePhoneNumber } from '../briefing/phone-number.ts';
import { RowError, type Cells } from './cells.ts';
import type { Field } from './columns.ts';

/**
 * The applicant of one row. `source` names the system that the file comes from.
 *
 * @throws RowError naming the field and what is wrong with it
 */
export function readApplicant(cells: Cells, source: string): ApplicantData {
  const phones = [...readPhones(cells, 'mobile'), ...readPhones(cells, 'phone')];
  return {
    name: readName(cells),
    university: cells.text('university'),
    faculty: cells.text('faculty'),
    phones: [...new Set(phones)],
    email: readEmail(cells),
    source,
    externalId: cells.text('externalId'),
    reservationCode: readCode(cells),
  };
}

/** How a spreadsheet writes 1E05, and numbers that are too long for it. */
export const ROUNDED = /^\d(?:\.\d+)?E\+\d+$/iu;

function readCode(cells: Cells): string | null {
  const code = cells.text('code');
  if (code === null || !ROUNDED.test(code)) return code;
  throw new RowError(
    `code: 「${code}」: a spreadsheet has rounded it; format the column as text and export again`,
  );
}

function readName(cells: Cells): ApplicantName {
  const kanji = whole(cells.text('name'), cells.text('family'), cells.text('given'));
  const kana = whole(readKana(cells, 'kana'), readKana(cells, 'familyKana'), readKana(cells, 'givenKana'));
  if (kanji.full === null) throw new RowError('the name is missing');
  return {
    full: kanji.full,
    family: kanji.family,
    given: kanji.given,
    fullKana: kana.full,
    familyKana: kana.family,
    givenKana: kana.given,
  };
}

interface Parts {
  readonly full: string | null;
  readonly family: string | null;
  readonly given: string | null;
}

/** A full name is divided where it has exactly one space; parts are joined where there is no full name. */
function whole(full: string | null, family: string | null, given: string | null): Parts {
  if (family !== null || given !== null) {
    const joined = [family, given].filter((part) => part !== null).join(' ');
    return { full: full ?? joined, family, given };
  }
  const [first, second, ...more] = full?.split(' ') ?? [];
  const divided = first !== undefined && second !== undefined && more.length === 0;
  return divided ? { full, family: first, given: second } : { full, family: null, given: null };
}

function readKana(cells: Cells, field: Field): string | null {
  const text = cells.text(field);
  if (text === null) return null;
  if (!isKana(text)) throw new RowError(`${field}: 「${text}」 is not written in kana`);
  return toKatakana(text);
}

/** One cell may hold several numbers: 090-…／03-…. */
function readPhones(cells: Cells, field: Field): string[] {
  const text = cells.text(field);
  if (text === null) return [];
  return text
    .split(/[/,、;]|または|\bor\b/u)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const number = normalisePhoneNumber(part);
      if (number !== null) return number;
      const remedy = /e\+?\d+$/iu.test(part)
        ? 'a spreadsheet has rounded it; format the column as text and export again'
        : 'it is not one complete telephone number';
      throw new RowError(`${field}: 「${part}」: ${remedy}`);
    });
}

/** One sign, a name and a dot: enough to notice that a column has slipped. */
const EMAIL = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/u;

function readEmail(cells: Cells): string | null {
  const text = cells.text('email');
  if (text !== null && !EMAIL.test(text)) throw new RowError(`email: 「${text}」 is not an e-mail address`);
  return text;
}
