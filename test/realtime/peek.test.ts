import fc from 'fast-check';
import t from 'tap';
import { peekType } from '../../src/realtime/peek.ts';

t.test('no bytes whatever make peeking throw', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      peekType(Buffer.from(bytes));
    }),
    { numRuns: 2_000 },
  );
  t.pass('nothing was thrown');
});

t.test('the type is read where the API writes it: first, or after the event id', async () => {
  const name = fc.stringMatching(/^[a-z_.]{1,60}$/);
  fc.assert(
    fc.property(
      name,
      fc.stringMatching(/^event_[A-Za-z0-9]{1,40}$/),
      fc.jsonValue(),
      (type, event_id, rest) => {
        const first = Buffer.from(JSON.stringify({ type, event_id, rest }));
        const second = Buffer.from(JSON.stringify({ event_id, type, rest }));
        return peekType(first) === type && peekType(second) === type;
      },
    ),
    { numRuns: 1_000 },
  );
});

t.test('what the caller said is never taken for a type', async () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const said = `"type":"${text}"`;
      const frame = Buffer.from(JSON.stringify({ event_id: said, type: 'rate_limits.updated' }));
      const seen = peekType(frame);
      return seen === 'rate_limits.updated' || seen === null;
    }),
    { numRuns: 1_000 },
  );
});

t.test('a type far inside is left to a full parse', async (t) => {
  t.equal(peekType(Buffer.from(JSON.stringify({ filler: 'x'.repeat(200), type: 'error' }))), null);
  t.equal(peekType(Buffer.from('{"type":"never closed')), null);
  t.equal(peekType(Buffer.from('{ "type" : "error" }')), null, 'other spacing is parsed');
});
