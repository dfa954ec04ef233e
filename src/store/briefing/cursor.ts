import { DenwabanError } from '../../errors.ts';
import type { Page, Paged } from '../briefing-ports.ts';
import { storable } from '../text.ts';

/** Most items of one part of a list. */
const MAX_LIMIT = 500;

/** A page as statements need it: values of the last item's sort columns, or null for the beginning. */
export interface Cursor {
  readonly after: readonly string[] | null;
  readonly limit: number;
}

/**
 * Reads a page whose list is sorted by `columns` columns.
 *
 * @throws DenwabanError DW_CURSOR when `after` is not what an earlier part of such a list gave
 */
export function readPage(page: Page, columns: number): Cursor {
  const limit = Math.min(MAX_LIMIT, Math.max(1, Math.trunc(page.limit) || 1));
  if (page.after === null) return { after: null, limit };
  const keys = decode(page.after);
  if (!Array.isArray(keys) || keys.length !== columns) throw unusable();
  return {
    after: keys.map((key: unknown) => {
      if (typeof key !== 'string') throw unusable();
      return storable(key);
    }),
    limit,
  };
}

/** Cuts a list that was read with one row more than the page has, and names where to go on. */
export function toPaged<Row, T>(
  rows: readonly Row[],
  limit: number,
  keysOf: (row: Row) => readonly string[],
  map: (row: Row) => T,
): Paged<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(map), next: more ? encode(keysOf(last)) : null };
}

/**
 * A key that must be a number, as the database takes it.
 *
 * @throws DenwabanError DW_CURSOR when it is none
 */
export function wholeNumber(key: string): string {
  if (!/^\d{1,18}$/.test(key)) throw unusable();
  return key;
}

function encode(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw unusable();
  }
}

function unusable(): DenwabanError {
  return new DenwabanError('DW_CURSOR', 'the cursor is not one of this list: begin without it');
}
