import type { SlotMode } from '../briefing/slot.ts';
import { RowError, textKey, type Cells } from './cells.ts';
import { readWrittenTime, type WrittenTime } from './written-date.ts';
import type { Field } from './columns.ts';

/** The slot that a row asks for, as far as it says. Times are minutes since midnight in Tokyo. */
export interface SlotWish {
  readonly slotId: string | null;
  /** `YYYY-MM-DD`. */
  readonly day: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly place: string | null;
  readonly mode: SlotMode | null;
  readonly capacity: number | null;
}

const ONLINE = new Set([
  'オンライン',
  'online',
  'web',
  'zoom',
  'teams',
  'meet',
  'ウェブ',
  'リモート',
  '○',
  '〇',
  '◯',
  'yes',
  'true',
  '1',
  'はい',
]);
const ON_SITE = new Set([
  '対面',
  '会場',
  '来場',
  '来社',
  '現地',
  'オンサイト',
  'onsite',
  'on_site',
  'on-site',
  '×',
  '✕',
  '-',
  'no',
  'false',
  '0',
  'いいえ',
]);
/** Places that are none. */
const ONLINE_PLACE =
  /^(?:オンライン|online|ウェブ|web|リモート|zoom|(?:ms|microsoft)?teams|googlemeet|skype)/u;

/**
 * The slot of one row.
 *
 * @param today the day in Tokyo from which missing years are told
 * @throws RowError naming the field and what is wrong with it
 */
export function readSlotWish(cells: Cells, today: string): SlotWish {
  const slotId = cells.text('slotId');
  const [date, start, end] = (['date', 'start', 'end'] as const).map((field) =>
    readTime(cells, field, today),
  );
  const day = date?.day ?? start?.day ?? null;
  if ((start?.day ?? day) !== day) throw new RowError('date and start name different days');
  if (day === null && slotId === null) throw new RowError('the date of the slot is missing');
  const place = cells.text('place');
  const online = place !== null && ONLINE_PLACE.test(textKey(place));
  return {
    slotId,
    day,
    from: start?.from ?? date?.from ?? null,
    to: end?.from ?? start?.to ?? date?.to ?? null,
    place: online ? null : place,
    mode: readMode(cells) ?? (online ? 'online' : null),
    capacity: readCapacity(cells),
  };
}

function readTime(cells: Cells, field: Field, today: string): WrittenTime | null {
  const text = cells.text(field);
  if (text === null) return null;
  const time = readWrittenTime(text, today);
  if ('problem' in time) throw new RowError(`${field}: ${time.problem}`);
  return time;
}

function readMode(cells: Cells): SlotMode | null {
  const text = cells.text('online');
  if (text === null) return null;
  const key = textKey(text);
  if (ONLINE.has(key)) return 'online';
  if (ON_SITE.has(key)) return 'on_site';
  throw new RowError(`online: 「${text}」 is neither オンライン nor 対面`);
}

/** Largest number of seats: more is another column's number. */
const MAX_CAPACITY = 100_000;

function readCapacity(cells: Cells): number | null {
  const text = cells.text('capacity');
  if (text === null || /^(?:なし|無制限|-)$/u.test(text)) return null;
  const seats = /^(\d{1,6})(?:名|人|席)?$/u.exec(text)?.[1];
  if (seats === undefined || Number(seats) > MAX_CAPACITY)
    throw new RowError(`capacity: 「${text}」 is not a number of seats`);
  return Number(seats);
}
