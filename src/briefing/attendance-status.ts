/** What an applicant has said about coming. What happened on the day is apart from it: `ActualAttendance`. */
export const ATTENDANCE_STATUSES = [
  'not_confirmed',
  'attending',
  'absent',
  'late',
  'change_requested',
  'moved',
  'waiting',
  'online',
  'undecided',
  'withdrawn',
] as const;

/** One of `ATTENDANCE_STATUSES`. */
export type AttendanceStatus = (typeof ATTENDANCE_STATUSES)[number];

/** What happened on the day, as the team saw it. */
export const ACTUAL_ATTENDANCES = ['attended', 'no_show'] as const;

/** One of `ACTUAL_ATTENDANCES`; null in a registration means that nobody has looked yet. */
export type ActualAttendance = (typeof ACTUAL_ATTENDANCES)[number];

/** The statuses on screens and in exported lists. */
export const ATTENDANCE_LABELS: Readonly<Record<AttendanceStatus, string>> = {
  not_confirmed: '未確認',
  attending: '出席予定',
  absent: '欠席',
  late: '遅刻',
  change_requested: '日程変更希望',
  moved: '日程変更済',
  waiting: 'キャンセル待ち',
  online: 'オンライン参加',
  undecided: '未定',
  withdrawn: '辞退',
};

/** What happened, on screens and in exported lists. */
export const ACTUAL_LABELS: Readonly<Record<ActualAttendance, string>> = {
  attended: '出席済',
  no_show: '無断欠席',
};

/**
 * What an event of a registration's history did. `created`: the registration began. `changed`: somebody decided.
 * `promoted`: a seat came free for the first of the waiting list. `reassigned`: the roster put a registration that
 * nobody has spoken about into another slot. `observed`: what happened on the day. `undone`: the team took an
 * earlier event back.
 */
export const EVENT_KINDS = ['created', 'changed', 'promoted', 'reassigned', 'observed', 'undone'] as const;

/** One of `EVENT_KINDS`. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** Statuses that occupy a seat of their slot. Who asks for another date keeps the seat until there is a better one. */
const SEAT_HOLDING: readonly AttendanceStatus[] = [
  'not_confirmed',
  'attending',
  'late',
  'change_requested',
  'moved',
  'undecided',
];

/**
 * Statuses with which a roster may put a registration into another slot: a seat is held and kept. The others say
 * something about the very date (late, absent, another one is wanted), which may not hold for the next.
 */
const REASSIGNABLE: readonly AttendanceStatus[] = ['not_confirmed', 'attending', 'moved'];

/** What may be decided by somebody who holds a seat, whatever was said before. */
const FROM_SEAT: readonly AttendanceStatus[] = [
  'attending',
  'absent',
  'late',
  'change_requested',
  'moved',
  'waiting',
  'online',
  'undecided',
  'withdrawn',
];

/**
 * Where a decision may lead from each status. A status that leads to itself takes new details: another slot,
 * another time of arrival, another time to call back, a reason. Nobody goes back to `not_confirmed`, and a
 * withdrawal is taken back by the team alone, by undoing it.
 */
const DECISIONS: Readonly<Record<AttendanceStatus, readonly AttendanceStatus[]>> = {
  not_confirmed: FROM_SEAT,
  attending: FROM_SEAT.filter((status) => status !== 'attending'),
  late: FROM_SEAT,
  change_requested: FROM_SEAT.filter((status) => status !== 'change_requested'),
  moved: FROM_SEAT,
  undecided: FROM_SEAT,
  absent: ['absent', 'attending', 'late', 'moved', 'waiting', 'online', 'withdrawn'],
  waiting: ['attending', 'absent', 'moved', 'waiting', 'online', 'withdrawn'],
  online: ['attending', 'absent', 'moved', 'waiting', 'withdrawn'],
  withdrawn: [],
};

/** Whether a registration with this status occupies a seat of its slot. */
export function holdsSeat(status: AttendanceStatus): boolean {
  return SEAT_HOLDING.includes(status);
}

/**
 * Whether an event of this kind may lead from one status to another. `from` is null for the beginning only. The
 * function `attendance_may_go` refuses the same events in the database.
 */
export function mayGo(kind: EventKind, from: AttendanceStatus | null, to: AttendanceStatus): boolean {
  if (kind === 'created' || from === null) return kind === 'created' && from === null;
  switch (kind) {
    case 'changed':
      return DECISIONS[from].includes(to);
    case 'promoted':
      return from === 'waiting' && to === 'attending';
    case 'reassigned':
      return from === to && REASSIGNABLE.includes(from);
    case 'observed':
      return from === to;
    case 'undone':
      return true;
  }
}
