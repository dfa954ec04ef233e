import { partsOf, tokyoTime, weekdayOf, WEEKDAYS, type Day } from './spoken-calendar.ts';

/** Days of the month whose reading is their own or is misheard: 4 and 8, and what ends in them, are confused by phone. */
const READINGS: Readonly<Record<number, string>> = {
  1: 'ついたち',
  2: 'ふつか',
  3: 'みっか',
  4: 'よっか',
  5: 'いつか',
  6: 'むいか',
  7: 'なのか',
  8: 'ようか',
  9: 'ここのか',
  10: 'とおか',
  14: 'じゅうよっか',
  17: 'じゅうしちにち',
  19: 'じゅうくにち',
  20: 'はつか',
  24: 'にじゅうよっか',
  27: 'にじゅうしちにち',
  29: 'にじゅうくにち',
};

/** How a day of the month is read aloud, in hiragana, where that is not plain from the digits; undefined otherwise. */
export function dayReading(day: number): string | undefined {
  return READINGS[day];
}

/**
 * `11月24日火曜日`; the weekday is always said.
 *
 * @param style `hinted` adds the reading where a voice may miss it: `11月24日（にじゅうよっか）火曜日`
 */
export function speakDate(date: Day, style: 'plain' | 'hinted' = 'plain'): string {
  const { month, day } = partsOf(date);
  const reading = style === 'hinted' ? dayReading(day) : undefined;
  const hint = reading === undefined ? '' : `（${reading}）`;
  return `${month}月${day}日${hint}${WEEKDAYS[weekdayOf(date)] ?? ''}曜日`;
}

/** `午後2時`, `午前10時30分`, `正午`, `午前0時`. Hour 0 to 23. */
export function speakTime(hour: number, minute: number): string {
  if (hour === 12 && minute === 0) return '正午';
  const half = hour < 12 ? '午前' : '午後';
  return `${half}${hour % 12}時${minute === 0 ? '' : `${minute}分`}`;
}

/** What has to be known of a slot to say it. Instants in ms since the epoch. */
export interface SpokenSlot {
  readonly startsAt: number;
  /** Place as it is said, such as 渋谷会場; null when there is none. */
  readonly place: string | null;
  readonly online: boolean;
}

/** Day and time of an instant in Tokyo: `11月24日火曜日、午後2時`. */
export function speakInstant(instant: number, style: 'plain' | 'hinted' = 'plain'): string {
  const { day, hour, minute } = tokyoTime(instant);
  return `${speakDate(day, style)}、${speakTime(hour, minute)}`;
}

/** `11月24日火曜日、午後2時から、渋谷会場`, or オンライン for the place. */
export function speakSlot(slot: SpokenSlot, style: 'plain' | 'hinted' = 'plain'): string {
  const place = speakPlace(slot);
  return `${speakInstant(slot.startsAt, style)}から${place === null ? '' : `、${place}`}`;
}

/** Characters of a place that are said: more belongs into the message, not into the ear. */
export const MAX_SPOKEN_PLACE = 24;

/** オンライン, or the place cut to what can be said at its last natural border. Null when nothing is known. */
export function speakPlace(slot: Pick<SpokenSlot, 'place' | 'online'>): string | null {
  if (slot.online) return 'オンライン';
  const place = slot.place?.replace(/[\s、。]+/gu, ' ').trim() ?? '';
  if (place === '') return null;
  const signs = Array.from(place);
  if (signs.length <= MAX_SPOKEN_PLACE) return place;
  const head = signs.slice(0, MAX_SPOKEN_PLACE).join('');
  const border = head.search(/[ （(／/・][^ （(／/・]*$/u);
  return border > 0 ? head.slice(0, border) : head;
}

const DIGIT_READINGS = [
  'ゼロ',
  'いち',
  'に',
  'さん',
  'よん',
  'ご',
  'ろく',
  'なな',
  'はち',
  'きゅう',
] as const;

/**
 * A telephone number digit by digit, with pauses between its groups: `ゼロきゅうゼロ、いちにさんよん、…`. Eleven digits are
 * said 3-4-4, ten 3-3-4. Takes E.164 of Japan or national digits; other signs are left out.
 */
export function speakPhoneDigits(number: string): string {
  const digits = number.replace(/^\+81/u, '0').replace(/\D/gu, '');
  const sizes = digits.length === 11 ? [3, 4, 4] : [3, 3, 4];
  const groups: string[] = [];
  let at = 0;
  for (const size of sizes) {
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return [...groups, digits.slice(at)]
    .filter((group) => group !== '')
    .map(readDigits)
    .join('、');
}

/** Signs of a code that are said in one breath. */
const CODE_GROUP = 3;

/** A code sign by sign, with a pause after every third: digits by their readings, letters as they are. */
export function speakCode(code: string): string {
  const signs = code.toUpperCase().replace(/[^0-9A-Z]/gu, '');
  const groups = signs.match(new RegExp(`.{1,${CODE_GROUP}}`, 'gu')) ?? [];
  return groups.map(readDigits).join('、');
}

function readDigits(signs: string): string {
  return signs.replace(/\d/gu, (digit) => DIGIT_READINGS[Number(digit)] ?? digit);
}
