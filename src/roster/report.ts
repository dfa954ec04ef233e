import {
  ATTENDANCE_LABELS,
  ATTENDANCE_STATUSES,
  type AttendanceStatus,
} from '../briefing/attendance-status.ts';
import type { SlotList } from './attendance-list.ts';
import { writeSlot } from './slot-text.ts';

/** What people had said, and what they did. */
export interface SaidAndDone {
  readonly status: AttendanceStatus;
  readonly people: number;
  readonly attended: number;
  readonly noShow: number;
  /** Nobody has recorded what happened. */
  readonly unknown: number;
}

/** Statuses by which somebody said that they would be there. */
const COMING: readonly AttendanceStatus[] = ['attending', 'late', 'moved', 'online'];
const STAYING: readonly AttendanceStatus[] = ['absent', 'withdrawn'];

/** Counts a list by status; statuses that nobody has are left out. */
export function compareSaid(lists: readonly SlotList[]): SaidAndDone[] {
  const all = lists.flatMap(({ lines }) => lines.map(({ registration }) => registration));
  return ATTENDANCE_STATUSES.map((status) => {
    const those = all.filter((registration) => registration.status === status);
    const attended = those.filter(({ actual }) => actual === 'attended').length;
    const noShow = those.filter(({ actual }) => actual === 'no_show').length;
    return { status, people: those.length, attended, noShow, unknown: those.length - attended - noShow };
  }).filter(({ people }) => people > 0);
}

/**
 * The comparison as text: a table per slot and for all slots, and who did otherwise than said.
 *
 * @param names lists those people by name
 */
export function describeReport(lists: readonly SlotList[], names: boolean): string {
  const parts = lists.map((list) => [writeSlot(list.slot), ...tableOf([list])].join('\n'));
  if (lists.length > 1) parts.push(['all slots', ...tableOf(lists)].join('\n'));
  if (names) parts.push(...surprises(lists));
  return parts.join('\n\n');
}

function tableOf(lists: readonly SlotList[]): string[] {
  const counts = compareSaid(lists);
  if (counts.length === 0) return ['  nobody is registered'];
  const rows = counts.map(({ status, ...row }) => line(ATTENDANCE_LABELS[status], row));
  return [
    `  ${padded('said', 16)}${['people', 'came', 'no-show', 'not recorded'].map((word) => word.padStart(14)).join('')}`,
    ...rows,
    `  ${kept(counts)}`,
  ];
}

function line(label: string, row: Omit<SaidAndDone, 'status'>): string {
  const numbers = [row.people, row.attended, row.noShow, row.unknown];
  return `  ${padded(label, 16)}${numbers.map((number) => String(number).padStart(14)).join('')}`;
}

function kept(counts: readonly SaidAndDone[]): string {
  const coming = counts.filter(({ status }) => COMING.includes(status));
  const came = coming.reduce((sum, { attended }) => sum + attended, 0);
  const recorded = coming.reduce((sum, { attended, noShow }) => sum + attended + noShow, 0);
  if (recorded === 0) return 'of those who said they would come nobody has been recorded yet';
  const share = ((came / recorded) * 100).toFixed(1);
  return `of ${recorded} who said they would come and were recorded, ${came} came (${share} %)`;
}

function surprises(lists: readonly SlotList[]): string[] {
  const people = lists.flatMap(({ lines }) => lines);
  const missed = people.filter(
    ({ registration: { status, actual } }) => COMING.includes(status) && actual === 'no_show',
  );
  const came = people.filter(
    ({ registration: { status, actual } }) => STAYING.includes(status) && actual === 'attended',
  );
  const listed = (title: string, those: typeof people): string[] =>
    those.length === 0
      ? []
      : [[title, ...those.map(({ applicant }) => `  ${applicant.name.full}`)].join('\n')];
  return [
    ...listed('said they would come, did not', missed),
    ...listed('said they would not come, did', came),
  ];
}

/** Japanese signs take two columns of a terminal. */
function padded(text: string, columns: number): string {
  const width = text.length + (text.match(/[^ -~]/gu)?.length ?? 0);
  return text + ' '.repeat(Math.max(1, columns - width));
}
