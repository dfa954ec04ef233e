import fc from 'fast-check';
import t from 'tap';
import type { AttendanceStatus } from '../../src/briefing/attendance-status.ts';
import { calendarOf, type CalendarInput } from '../../src/briefing/calendar.ts';
import { contentLine, parameter, text } from '../../src/briefing/calendar-line.ts';
import { briefingOf, personOf, slotOf } from '../store/briefing/fixtures.ts';

const NOW = Date.parse('2026-11-20T09:00:00+09:00');
const START = Date.parse('2026-11-24T14:00:00+09:00');

function inputOf(status: AttendanceStatus, changes: Partial<CalendarInput> = {}): CalendarInput {
  return {
    registration: {
      registrationId: 'r-1',
      applicantId: 'a-1',
      briefingId: 'b',
      version: 3,
      changedAt: NOW,
      status,
      slotId: 'b-1',
      actual: null,
      reason: null,
      expectedArrivalAt: null,
      callbackAt: null,
      waitingNumber: status === 'waiting' ? 1 : null,
    },
    briefing: briefingOf('b'),
    slot: slotOf('b', 1, { startsAt: START, endsAt: START + 5_400_000 }),
    applicant: { ...personOf(1), applicantId: 'a-1', version: 1 },
    organizerEmail: 'desk@example.jp',
    now: NOW,
    ...changes,
  };
}

interface Property {
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

/** Reads an iCalendar object and throws at the first thing that RFC 5545 does not allow. */
function parse(object: string): Property[] {
  if (!object.endsWith('\r\n')) throw new Error('the last line has no end');
  const physical = object.slice(0, -2).split('\r\n');
  for (const line of physical) {
    if (/[\r\n]/.test(line)) throw new Error('a bare line break');
    if (Buffer.byteLength(line) > 75) throw new Error(`a line of ${Buffer.byteLength(line)} octets`);
    if (line === '') throw new Error('an empty line');
  }
  const logical = physical.join('\r\n').replaceAll('\r\n ', '').split('\r\n');
  const properties = logical.map((line) => {
    // oxlint-disable-next-line no-control-regex -- they may not stand in a parameter
    const match = /^([A-Z-]+)((?:;[A-Z-]+=(?:"[^"\u0000-\u001f]*"|[^";:,\u0000-\u001f]*))*):(.*)$/su.exec(
      line,
    );
    if (match === null) throw new Error(`not a content line: ${line}`);
    const [, name = '', parameters = '', value = ''] = match;
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f]/.test(value)) throw new Error('a control character');
    return { name, parameters, value };
  });
  const open: string[] = [];
  for (const { name, value } of properties) {
    if (name === 'BEGIN') open.push(value);
    if (name === 'END' && open.pop() !== value) throw new Error(`END:${value} without its BEGIN`);
  }
  if (open.length > 0) throw new Error('a component without its end');
  return properties;
}

/** The text that an escaped value stands for. */
function unescaped(value: string): string {
  if (/(?<!\\)(?:\\\\)*[;,]/.test(value)) throw new Error(`not escaped: ${value}`);
  return value.replace(/\\([\\;,nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign));
}

function fieldOf(object: string, name: string): string | undefined {
  return parse(object).find((property) => property.name === name)?.value;
}

t.test('an invitation names time, place and both sides', async (t) => {
  const object = calendarOf(inputOf('attending'));
  const fields = Object.fromEntries(parse(object).map(({ name, value }) => [name, value]));
  t.match(fields, {
    METHOD: 'REQUEST',
    UID: 'r-1@denwaban',
    SEQUENCE: '2',
    DTSTAMP: '20261120T000000Z',
    DTSTART: '20261124T050000Z',
    DTEND: '20261124T063000Z',
    STATUS: 'CONFIRMED',
    ORGANIZER: 'mailto:desk@example.jp',
    ATTENDEE: 'mailto:person1@example.com',
  });
  t.equal(unescaped(fields['SUMMARY'] ?? ''), '株式会社サンプル 会社説明会');
  t.equal(unescaped(fields['LOCATION'] ?? ''), '東京都千代田区丸の内 1-1');
  t.match(unescaped(fields['DESCRIPTION'] ?? ''), '開始 10 分前までにお越しください。\n持ち物：筆記用具\n');
});

t.test(
  'an absence and a withdrawal take the entry back, under the same UID and a higher sequence',
  async (t) => {
    const invited = calendarOf(inputOf('attending'));
    for (const status of ['absent', 'withdrawn'] as const) {
      const input = inputOf(status);
      const cancelled = calendarOf({ ...input, registration: { ...input.registration, version: 4 } });
      t.equal(fieldOf(cancelled, 'METHOD'), 'CANCEL');
      t.equal(fieldOf(cancelled, 'STATUS'), 'CANCELLED');
      t.equal(fieldOf(cancelled, 'UID'), fieldOf(invited, 'UID'));
      t.ok(Number(fieldOf(cancelled, 'SEQUENCE')) > Number(fieldOf(invited, 'SEQUENCE')));
    }
  },
);

t.test('a move is an update of the same entry', async (t) => {
  const input = inputOf('moved', {
    slot: slotOf('b', 2, { startsAt: START + 86_400_000, endsAt: START + 90_000_000 }),
  });
  const moved = calendarOf({ ...input, registration: { ...input.registration, version: 5 } });
  t.equal(fieldOf(moved, 'METHOD'), 'REQUEST');
  t.equal(fieldOf(moved, 'UID'), 'r-1@denwaban');
  t.equal(fieldOf(moved, 'SEQUENCE'), '4');
  t.equal(fieldOf(moved, 'DTSTART'), '20261125T050000Z');
});

t.test('who has not decided, or waits, has a tentative entry', async (t) => {
  for (const status of ['not_confirmed', 'undecided', 'change_requested', 'waiting'] as const)
    t.equal(fieldOf(calendarOf(inputOf(status)), 'STATUS'), 'TENTATIVE', status);
  t.match(fieldOf(calendarOf(inputOf('waiting')), 'SUMMARY'), /^【キャンセル待ち】/);
});

t.test('who attends online finds the address in place of the venue', async (t) => {
  t.equal(fieldOf(calendarOf(inputOf('online')), 'LOCATION'), 'https://example.com/live');
});

t.test('without an address of the applicant the entry is published, to nobody', async (t) => {
  const applicant = { ...personOf(1, { email: null }), applicantId: 'a-1', version: 1 };
  const object = calendarOf(inputOf('attending', { applicant, organizerEmail: null }));
  t.equal(fieldOf(object, 'METHOD'), 'PUBLISH');
  t.equal(fieldOf(object, 'ATTENDEE'), undefined);
  t.equal(fieldOf(object, 'ORGANIZER'), 'mailto:noreply@denwaban.invalid');
});

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
const nasty = fc.array(
  fc.oneof(
    anyText,
    fc.constantFrom('\r\nEND:VEVENT', ';', ',', '\\', '\\n', '"', '\u0000', '\ud83d', '🎌', '説明会'),
  ),
  { maxLength: 60 },
);

t.test('property: whatever stands in the fields, the object parses and no line is too long', async () => {
  fc.assert(
    fc.property(nasty, nasty, (one, other) => {
      const [a, b] = [one.join(''), other.join('')];
      const briefing = briefingOf('b', { title: a, company: b, place: a, notices: [b, a], contact: b });
      const name = { ...personOf(1).name, full: a };
      const applicant = { ...personOf(1, { name, email: `${b}@x.jp` }), applicantId: 'a', version: 1 };
      const names = parse(calendarOf(inputOf('attending', { briefing, applicant }))).map((line) => line.name);
      return names.filter((found) => found === 'END').length === 2 && !names.includes('X-INJECTED');
    }),
    { numRuns: 300 },
  );
});

t.test(
  'property: text comes back as it was, but for controls, line ends and halves of characters',
  async () => {
    fc.assert(
      fc.property(nasty, (parts) => {
        const value = parts.join('');
        const expected = value
          .replace(/\r\n?/g, '\n')
          // oxlint-disable-next-line no-control-regex -- they are left out
          .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
          .replace(/\p{Surrogate}/gu, '\ufffd');
        const [property] = parse(contentLine(`SUMMARY:${text(value)}`));
        return property !== undefined && unescaped(property.value) === expected;
      }),
      { numRuns: 500 },
    );
  },
);

t.test('property: folding loses nothing and cuts no character', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (value) => {
      const line = `X:${value.replaceAll(/[\r\n]/g, '')}`;
      const folded = contentLine(line);
      const parts = folded.slice(0, -2).split('\r\n');
      const whole = parts.every(
        (part) => Buffer.from(part).toString() === part && Buffer.byteLength(part) <= 75,
      );
      return whole && parts.map((part, index) => (index === 0 ? part : part.slice(1))).join('') === line;
    }),
    { numRuns: 500 },
  );
});

t.test('a quotation mark does not end a parameter', async (t) => {
  t.equal(parameter('a"b\r\nc'), `"a'b c"`);
});
