import { ATTENDANCE_LABELS } from '../../src/briefing/attendance-status.ts';
import { REASON_LABELS, type RegistrationEvent } from '../../src/briefing/registration.ts';
import type { SlotSeats } from '../../src/briefing/slot.ts';
import { tokyoTime } from '../../src/briefing/spoken-calendar.ts';
import type { OutboundRecord } from '../../src/outbox/ports.ts';
import { readLists } from '../../src/roster/attendance-list.ts';
import { writeSlot } from '../../src/roster/slot-text.ts';
import type { BriefingStore, RosterLine } from '../../src/store/briefing-ports.ts';
import type { TurnRecord } from '../../src/store/ports.ts';
import type { SamplePerson } from './sample-roster.ts';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';

/** The attendance list as the recruiter has it, with every change that led to it. */
export interface Attendance {
  readonly slots: readonly SlotSeats[];
  readonly entries: readonly AttendanceEntry[];
}

/** One person of the list. */
export interface AttendanceEntry {
  readonly slot: SlotSeats;
  readonly line: RosterLine;
  /** All events of the registration, oldest first. */
  readonly history: readonly RegistrationEvent[];
}

/** Blank columns in front of a table. */
const INDENT = 2;

/** Reads the lists of all slots of all briefings. */
export async function readAttendance(briefings: BriefingStore): Promise<Attendance> {
  const { items } = await briefings.listBriefings({ after: null, limit: 100 });
  const slots = (
    await Promise.all(items.map(async ({ briefingId }) => briefings.listSlots(briefingId, null)))
  ).flat();
  const lists = await readLists(briefings, slots);
  const entries = await Promise.all(
    lists.flatMap(({ slot, lines }) =>
      lines.map(async (line) => ({
        slot,
        line,
        history: await briefings.listHistory(line.registration.registrationId),
      })),
    ),
  );
  return { slots, entries };
}

/**
 * Prints the list of each slot: how somebody stood before and stands now, and the words that were the yes.
 *
 * @param turns of all calls, for the words
 * @param only rows to be shown, by reservation code; null: all
 */
export function printAttendance(
  screen: Screen,
  before: Attendance,
  after: Attendance,
  turns: readonly TurnRecord[],
  only: string | null = null,
): void {
  const stood = new Map(before.entries.map((entry) => [entry.line.registration.registrationId, entry]));
  for (const slot of after.slots) {
    const here = after.entries.filter(
      (entry) =>
        entry.slot.slotId === slot.slotId && (only === null || entry.line.applicant.reservationCode === only),
    );
    const seats = before.slots.find(({ slotId }) => slotId === slot.slotId);
    if (here.length === 0 && only !== null) continue;
    printSlot(
      screen,
      slot,
      seats ?? slot,
      here.map((entry) => row(entry, stood, turns)),
    );
  }
}

/** Prints text messages: to whom, and every word of them. */
export function printOutbox(
  screen: Screen,
  messages: readonly OutboundRecord[],
  people: readonly SamplePerson[],
): void {
  const rows = messages
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .map(({ to, body }) => [people.find(({ phone }) => phone === to)?.name ?? to, body]);
  print(screen, [{ title: '宛先' }, { title: '文面', fill: 'wrap' as const }], rows);
}

function printSlot(screen: Screen, slot: SlotSeats, before: SlotSeats, rows: readonly string[][]): void {
  const seats = (one: SlotSeats): string =>
    one.capacity === null ? `${one.taken} (定員なし)` : `${one.taken}/${one.capacity}`;
  const moved = seats(before) === seats(slot) ? seats(slot) : `${seats(before)} → ${seats(slot)}`;
  screen.lines('', `  ${screen.paint.bold(writeSlot(slot))}  席 ${moved}`);
  print(
    screen,
    [
      { title: '受付番号' },
      { title: '氏名' },
      { title: '状況' },
      { title: '同意の言葉、備考', fill: 'wrap' },
    ],
    rows,
  );
}

function print(
  screen: Screen,
  columns: Parameters<typeof renderTable>[0],
  rows: readonly (readonly string[])[],
): void {
  const { paint } = screen;
  const lead = ' '.repeat(INDENT);
  if (rows.length === 0) {
    screen.lines(`${lead}—`);
    return;
  }
  const [head = '', rule = '', ...body] = renderTable(columns, rows, screen.columns - INDENT);
  screen.lines(lead + paint.dim(head), lead + paint.dim(rule), ...body.map((line) => lead + line));
}

function row(
  entry: AttendanceEntry,
  stood: ReadonlyMap<string, AttendanceEntry>,
  turns: readonly TurnRecord[],
): string[] {
  const { applicant, registration } = entry.line;
  const before = stood.get(registration.registrationId);
  const changed = before !== undefined && before.line.registration.version !== registration.version;
  const now = ATTENDANCE_LABELS[registration.status];
  const status = changed ? `${ATTENDANCE_LABELS[before.line.registration.status]} → ${now}` : now;
  const from = changed && before.slot.slotId !== entry.slot.slotId ? `${shortDay(before.slot)}から` : '';
  return [applicant.reservationCode ?? '', applicant.name.full, status, noteOf(entry, turns, from)];
}

function noteOf({ line, history }: AttendanceEntry, turns: readonly TurnRecord[], from: string): string {
  const { reason, expectedArrivalAt } = line.registration;
  const promoted = history.some(({ kind }) => kind === 'promoted') ? '繰り上げ' : '';
  const arrival = expectedArrivalAt === null ? '' : `${clockTime(expectedArrivalAt)} 到着予定`;
  const why = reason === null ? '' : REASON_LABELS[reason];
  return [consentOf(history, turns), arrival, why, from, promoted].filter((part) => part !== '').join('、');
}

/** The words of the last change by telephone. */
function consentOf(history: readonly RegistrationEvent[], turns: readonly TurnRecord[]): string {
  const source = history.findLast((event) => event.source.kind === 'caller')?.source;
  if (source?.kind !== 'caller') return '';
  const { callId, consentTurnKey } = source.evidence;
  const turn = turns.find((each) => each.callId === callId && each.turnKey === consentTurnKey);
  return turn === undefined ? '' : `「${turn.text}」`;
}

function shortDay(slot: SlotSeats): string {
  const [, month, day] = tokyoTime(slot.startsAt).day.split('-').map(Number);
  return `${month}/${day}`;
}

function clockTime(instant: number): string {
  const { hour, minute } = tokyoTime(instant);
  return `${hour}:${String(minute).padStart(2, '0')}`;
}
