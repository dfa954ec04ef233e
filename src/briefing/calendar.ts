import type { Applicant } from './applicant.ts';
import type { AttendanceStatus } from './attendance-status.ts';
import type { Briefing } from './briefing.ts';
import { contentLine, parameter, text, utc } from './calendar-line.ts';
import type { Registration } from './registration.ts';
import type { Slot } from './slot.ts';

/** Who a calendar entry is about, and what for. */
export interface CalendarEntry {
  readonly registration: Registration;
  readonly briefing: Briefing;
  readonly slot: Slot;
  readonly applicant: Applicant;
}

/** A calendar entry, and who sends it when. */
export interface CalendarInput extends CalendarEntry {
  /** Address that answers to the entry go to; null: nobody reads them. */
  readonly organizerEmail: string | null;
  /** Ms. */
  readonly now: number;
}

/** Whose calendar entry is taken back. */
const GONE: readonly AttendanceStatus[] = ['absent', 'withdrawn'];
/** Who will certainly come, as far as they said. */
const FIRM: readonly AttendanceStatus[] = ['attending', 'late', 'moved', 'online'];

/** An address that is nobody's: .invalid is never given to anybody. */
const NOBODY = 'noreply@denwaban.invalid';

/** What a calendar entry does: invite or update, publish to somebody without an address, take back. */
export type CalendarMethod = 'REQUEST' | 'PUBLISH' | 'CANCEL';

/** The method that fits a registration. */
export function calendarMethod({ registration, applicant }: CalendarEntry): CalendarMethod {
  if (GONE.includes(registration.status)) return 'CANCEL';
  return applicant.email === null ? 'PUBLISH' : 'REQUEST';
}

/**
 * A registration as an iCalendar object (RFC 5545, 5546). The UID is the registration's for good and SEQUENCE follows its
 * version, so a calendar replaces what it has: a move updates the entry, an absence removes it.
 */
export function calendarOf(input: CalendarInput): string {
  const { registration, briefing, slot, now } = input;
  const method = calendarMethod(input);
  const place = placeOf(input);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Denwaban//Attendance desk//JA',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${text(registration.registrationId)}@denwaban`,
    `SEQUENCE:${registration.version - 1}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(slot.startsAt)}`,
    `DTEND:${utc(slot.endsAt)}`,
    `SUMMARY:${text(summaryOf(input))}`,
    ...(place === null ? [] : [`LOCATION:${text(place)}`]),
    ...describe(briefing),
    ...peopleOf(input, method),
    `STATUS:${method === 'CANCEL' ? 'CANCELLED' : FIRM.includes(registration.status) ? 'CONFIRMED' : 'TENTATIVE'}`,
    `TRANSP:${method === 'CANCEL' ? 'TRANSPARENT' : 'OPAQUE'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map(contentLine).join('');
}

function summaryOf({ registration, briefing }: CalendarInput): string {
  const waiting = registration.status === 'waiting' ? '【キャンセル待ち】' : '';
  return `${waiting}${briefing.company} ${briefing.title}`;
}

function placeOf({ registration, briefing, slot }: CalendarInput): string | null {
  const online = slot.mode === 'online' || registration.status === 'online';
  return online ? (briefing.onlineUrl ?? 'オンライン') : (slot.place ?? briefing.place);
}

function describe({ whatToBring, dress, contact, notices }: Briefing): string[] {
  const words = [
    ...notices,
    ...(whatToBring === null ? [] : [`持ち物：${whatToBring}`]),
    ...(dress === null ? [] : [`服装：${dress}`]),
    ...(contact === null ? [] : [`連絡先：${contact}`]),
  ];
  return words.length === 0 ? [] : [`DESCRIPTION:${text(words.join('\n'))}`];
}

/** An attendee is invited or told of the end; an entry that is published has none. */
function peopleOf({ briefing, applicant, organizerEmail }: CalendarInput, method: CalendarMethod): string[] {
  const organizer = `ORGANIZER;CN=${parameter(briefing.company)}:mailto:${address(organizerEmail ?? NOBODY)}`;
  if (method === 'PUBLISH' || applicant.email === null) return [organizer];
  const attendee = `ATTENDEE;CN=${parameter(applicant.name.full)};RSVP=FALSE:mailto:${address(applicant.email)}`;
  return [organizer, attendee];
}

/** The address as part of a URI. Whatever could end it, or the line, is written as its code. */
function address(email: string): string {
  return encodeURIComponent(email.replace(/\p{Surrogate}/gu, '\uFFFD')).replaceAll('%40', '@');
}
