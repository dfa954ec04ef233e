import t from 'tap';
import {
  ACTUAL_ATTENDANCES,
  ACTUAL_LABELS,
  ATTENDANCE_LABELS,
  ATTENDANCE_STATUSES,
  EVENT_KINDS,
  holdsSeat,
  mayGo,
} from '../../src/briefing/attendance-status.ts';

/** Rows: from; columns: to, in the order of ATTENDANCE_STATUSES. `x`: may be decided. */
const DECISIONS = `
  not_confirmed     .xxxxxxxxx
  attending         ..xxxxxxxx
  absent            .xxx.xxx.x
  late              .xxxxxxxxx
  change_requested  .xxx.xxxxx
  moved             .xxxxxxxxx
  waiting           .xx..xxx.x
  online            .xx..xx..x
  undecided         .xxxxxxxxx
  withdrawn         ..........`;

t.test('decisions lead where the table says and nowhere else', async (t) => {
  const rows = DECISIONS.trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  t.same(
    rows.map(([from]) => from),
    ATTENDANCE_STATUSES,
  );
  const table = ATTENDANCE_STATUSES.map((from) =>
    ATTENDANCE_STATUSES.map((to) => (mayGo('changed', from, to) ? 'x' : '.')).join(''),
  );
  t.same(
    table,
    rows.map(([, marks]) => marks),
  );
});

t.test('a registration begins once, whatever its status', async (t) => {
  for (const to of ATTENDANCE_STATUSES) {
    for (const kind of EVENT_KINDS) t.equal(mayGo(kind, null, to), kind === 'created', `${kind} ${to}`);
    for (const from of ATTENDANCE_STATUSES) t.notOk(mayGo('created', from, to));
  }
});

t.test('only who waits is promoted, and only who keeps a seat is reassigned', async (t) => {
  const pairs = ATTENDANCE_STATUSES.flatMap((from) => ATTENDANCE_STATUSES.map((to) => [from, to] as const));
  const legal = (kind: 'promoted' | 'reassigned'): readonly unknown[] =>
    pairs.filter(([from, to]) => mayGo(kind, from, to));
  t.same(legal('promoted'), [['waiting', 'attending']]);
  t.same(legal('reassigned'), [
    ['not_confirmed', 'not_confirmed'],
    ['attending', 'attending'],
    ['moved', 'moved'],
  ]);
});

t.test('what happened on the day changes nothing of what was said; an undo may lead anywhere', async (t) => {
  for (const from of ATTENDANCE_STATUSES) {
    for (const to of ATTENDANCE_STATUSES) {
      t.equal(mayGo('observed', from, to), from === to);
      t.ok(mayGo('undone', from, to));
    }
  }
});

t.test('who is absent, waits, attends online or has withdrawn holds no seat', async (t) => {
  t.same(
    ATTENDANCE_STATUSES.filter((status) => !holdsSeat(status)),
    ['absent', 'waiting', 'online', 'withdrawn'],
  );
});

t.test('every status has a label of its own', async (t) => {
  const labels = [
    ...ATTENDANCE_STATUSES.map((status) => ATTENDANCE_LABELS[status]),
    ...ACTUAL_ATTENDANCES.map((actual) => ACTUAL_LABELS[actual]),
  ];
  t.equal(new Set(labels).size, ATTENDANCE_STATUSES.length + ACTUAL_ATTENDANCES.length);
});
