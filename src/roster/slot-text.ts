import { partsOf, tokyoTime, weekdayOf, WEEKDAYS } from '../briefing/spoken-calendar.ts';
import type { Slot } from '../briefing/slot.ts';

/** `2026/11/24 14:00` in Tokyo, as a spreadsheet reads it. Ms since the epoch. */
export function writeInstant(instant: number): string {
  const { day } = tokyoTime(instant);
  return `${day.replaceAll('-', '/')} ${clockTime(instant)}`;
}

/** `2026/11/24(火) 14:00-15:30`, and the place or オンライン where known. */
export function writeSlot(slot: Pick<Slot, 'startsAt' | 'endsAt' | 'mode' | 'place'>): string {
  const { day } = tokyoTime(slot.startsAt);
  const { year, month, day: date } = partsOf(day);
  const where = slot.mode === 'online' ? 'オンライン' : slot.place;
  const when = `${year}/${two(month)}/${two(date)}(${WEEKDAYS[weekdayOf(day)] ?? ''}) ${clockTime(slot.startsAt)}-${clockTime(slot.endsAt)}`;
  return where === null ? when : `${when} ${where}`;
}

function clockTime(instant: number): string {
  const { hour, minute } = tokyoTime(instant);
  return `${two(hour)}:${two(minute)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
