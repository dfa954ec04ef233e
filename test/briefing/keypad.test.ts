import fc from 'fast-check';
import t from 'tap';
import { digitsOf, entriesIn, readEntry } from '../../src/briefing/keypad.ts';

const READ: readonly (readonly [entry: string, expected: object])[] = [
  ['1#', { kind: 'digit', digit: '1', decision: 'attend' }],
  ['1', { kind: 'digit', digit: '1', decision: 'attend' }],
  ['2#', { kind: 'digit', digit: '2', decision: 'absent' }],
  ['3#', { kind: 'digit', digit: '3', decision: 'other' }],
  ['4#', { kind: 'digit', digit: '4', decision: null }],
  ['0', { kind: 'digit', digit: '0', decision: null }],
  ['2*1#', { kind: 'digit', digit: '1', decision: 'attend' }],
  ['1*#', { kind: 'empty' }],
  ['#', { kind: 'empty' }],
  ['**', { kind: 'empty' }],
  ['A1B#', { kind: 'digit', digit: '1', decision: 'attend' }],
  ['11#', { kind: 'unclear', digits: '11' }],
  ['123', { kind: 'unclear', digits: '123' }],
  ['1001#', { kind: 'code', digits: '1001' }],
  ['9*471902#', { kind: 'code', digits: '471902' }],
  ['09012345678#', { kind: 'number', digits: '09012345678' }],
  ['0312345678', { kind: 'number', digits: '0312345678' }],
];

for (const [entry, expected] of READ)
  t.test(`${entry} is ${JSON.stringify(expected)}`, async (t) => {
    t.same(readEntry(entry), expected);
  });

t.test('# parts what was pressed in one go', async (t) => {
  t.same(entriesIn('1001#1#'), ['1001#', '1#']);
  t.same(entriesIn('1001#1'), ['1001#', '1']);
  t.same(entriesIn('##1##'), ['#', '#', '1#', '#']);
  t.same(entriesIn(''), []);
});

const keys = fc.string({ unit: fc.constantFrom(...Array.from('0123456789*#ABCD')), maxLength: 40 });

t.test('no key is lost or made up by parting them', async () => {
  fc.assert(fc.property(keys, (pressed) => entriesIn(pressed).join('') === pressed));
});

t.test('whatever is pressed can be read, and only its own digits come of it', async () => {
  fc.assert(
    fc.property(keys, (pressed) =>
      entriesIn(pressed).every((entry) => {
        readEntry(entry);
        return entry.replaceAll(/\D/gu, '').endsWith(digitsOf(entry));
      }),
    ),
  );
});

t.test('a decision is exactly one digit: nothing longer ever is', async () => {
  fc.assert(
    fc.property(keys, (pressed) =>
      entriesIn(pressed).every(
        (entry) => (readEntry(entry).kind === 'digit') === (digitsOf(entry).length === 1),
      ),
    ),
  );
});
