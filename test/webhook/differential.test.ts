import { createHmac, timingSafeEqual } from 'node:crypto';
import { mock } from 'node:test';
import fc from 'fast-check';
import t from 'tap';
import { createVerifier } from '../../src/webhook/verify.ts';
import { raw, SECRETS, signature } from './deliveries.ts';

const NOW = 1_795_312_800;

mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });

/** What a delivery is made of. Header values stand once unless `extra` repeats them. */
interface Sample {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
  readonly separator: string;
  readonly body: Buffer;
  /** Further headers, after the three. */
  readonly extra: readonly (readonly [string, string])[];
}

/**
 * The specification read plainly, with nothing but node:crypto: lower-cased headers in which the last one wins,
 * a number for a timestamp, signatures split at blanks, HMAC over the bytes.
 */
function plainVerifier(headers: Readonly<Record<string, string>>, body: Buffer, now: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': offered } = headers;
  if (id === undefined || timestamp === undefined || offered === undefined) return false;
  const seconds = Number.parseInt(timestamp, 10);
  if (!(Math.abs(now - seconds) <= 300)) return false;
  return SECRETS.some((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest();
    return offered.split(' ').some((entry) => {
      const [version, text = ''] = entry.split(',');
      const bytes = Buffer.from(text, 'base64');
      return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  });
}

interface Difference {
  readonly why: string;
  /** Whether this delivery really is of that kind: a refusal for the wrong reason fails the test. */
  readonly holds: (sample: Sample, signatureHeader: string) => boolean;
}

/** Every way in which ours differs, each one stricter. Any other disagreement fails the test. */
const STRICTER: Readonly<Record<string, Difference>> = {
  id_format: {
    why: 'an empty id is one nobody can remember; dots could move the borders of what is signed',
    holds: ({ id }) => !/^[\w-]+$/.test(id) || id.length > 128,
  },
  timestamp_format: {
    why: 'parseInt takes leading blanks, zeros and signs, and anything after the digits',
    holds: ({ timestamp }) => String(Number.parseInt(timestamp, 10)) !== timestamp,
  },
  signature_format: {
    why: 'no entry is v1 and canonical base64 of 32 bytes: Buffer.from forgives missing padding and bad letters',
    holds: (sample, header) => !offersExactly(sample, header),
  },
  signature_mismatch: {
    why: 'base64 of the right bytes spelled differently: the unused bits at its end are set',
    holds: (sample, header) => !offersExactly(sample, header),
  },
  signature_count: {
    why: 'more than eight entries',
    holds: (_sample, header) => header.split(' ').length > 8,
  },
  headers_duplicated: {
    why: 'a header that stands twice has two readings',
    holds: ({ extra }) => extra.some(([name]) => name.startsWith('WEBHOOK-')),
  },
  headers_mixed: {
    why: 'svix-* beside webhook-*: the library would read the other ones',
    holds: ({ extra }) => extra.some(([name]) => name.toLowerCase().startsWith('svix-')),
  },
  body_encoding: {
    why: 'bytes that are not UTF-8 cannot be JSON, and a verifier that works on text would repair them',
    holds: ({ body }) => !Buffer.from(body.toString('utf8')).equals(body),
  },
};

/** Whether one entry is the signature as the specification spells it. */
function offersExactly({ id, timestamp, body }: Sample, header: string): boolean {
  const offered = header.split(' ');
  return SECRETS.some((secret) => offered.includes(signature(secret, id, timestamp, body)));
}

const verifier = createVerifier(SECRETS, Date.now);

const id = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[\w-]{1,20}$/) },
  fc.constantFrom('', 'a.b', 'a b', 'x'.repeat(128), 'x'.repeat(129), 'é'),
);
const inside = fc.integer({ min: NOW - 300, max: NOW + 300 }).map(String);
const timestamp = fc.oneof(
  { weight: 8, arbitrary: inside },
  fc.constantFrom(-301, -300, 300, 301).map((offset) => String(NOW + offset)),
  fc.constantFrom(`${NOW}abc`, ` ${NOW}`, `0${NOW}`, `+${NOW}`, `${NOW}.9`, '', 'hello', '0', '9'.repeat(13)),
);
const body = fc.oneof(
  { weight: 6, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', '\uFEFF{}', '{"a":').map((text) => Buffer.from(text)),
);

/** How the honest signature is spoiled, or not. */
const spoil = fc.constantFrom<readonly ((good: string) => string)[]>(
  ...[(good: string) => good, (good: string) => good, (good: string) => good].map((keep) => [keep]),
  [(good) => `v1,${Buffer.alloc(32, 9).toString('base64')}`.slice(0, good.length)],
  [(good) => good.slice(3)],
  [(good) => `v2,${good.slice(3)}`],
  [(good) => `v1a,${good.slice(3)}`, (good) => good],
  [(good) => good.replace(/=$/, '')],
  [(good) => good.replace(/.=$/, (end) => `${nextLetter(end[0] ?? 'A')}=`)],
  [(good) => `${good},x`],
  [(good) => `${good}!`],
  [(good) => good.toLowerCase()],
  [() => 'v1,'],
  [() => ''],
  Array.from({ length: 8 }, (_, at) => (good: string) => (at === 7 ? good : 'v1,x')),
  Array.from({ length: 9 }, (_, at) => (good: string) => (at === 8 ? good : 'v1,x')),
);

const extra = fc.oneof(
  { weight: 10, arbitrary: fc.constant<(readonly [string, string])[]>([]) },
  fc.constantFrom(
    [['svix-id', 'wh_forged']] as const,
    [['Svix-Signature', '']] as const,
    [['X-Request-Id', 'x']] as const,
  ),
);

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 10, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const sample: fc.Arbitrary<Sample> = fc
  .record({
    id,
    timestamp,
    body,
    spoil,
    extra,
    repeated: rarely(fc.constantFrom(0, 1, 2)),
    secret: fc.constantFrom(...SECRETS, ...SECRETS, `whsec_${Buffer.alloc(32, 8).toString('base64')}`),
    tampered: rarely(fc.constantFrom<'id' | 'body' | 'timestamp'>('id', 'body', 'timestamp')),
    separator: fc.constantFrom(' ', ' ', ' ', '  ', ',', ', '),
  })
  .map((made) => {
    const good = signature(made.secret, made.id, numberIn(made.timestamp), made.body);
    const headers: [string, string][] = [
      ['webhook-id', made.tampered === 'id' ? `${made.id}x` : made.id],
      ['webhook-timestamp', made.tampered === 'timestamp' ? `${made.timestamp}0` : made.timestamp],
      ['webhook-signature', ''],
    ];
    const again = made.repeated === null ? undefined : headers[made.repeated];
    return {
      id: headers[0]?.[1] ?? '',
      timestamp: headers[1]?.[1] ?? '',
      signatures: made.spoil.map((change) => change(good)),
      separator: made.separator,
      body: made.tampered === 'body' ? Buffer.concat([made.body, Buffer.from(' ')]) : made.body,
      extra: again === undefined ? made.extra : [...made.extra, [again[0].toUpperCase(), again[1]] as const],
    };
  });

t.test(
  'differs from a plain node:crypto verifier only in the ways listed, over 20,000 deliveries',
  async (t) => {
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(sample, (delivery) => {
        const { id, timestamp, signatures, separator, body, extra } = delivery;
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatures.join(separator),
        };
        const ours = verifier.verify(raw(headers, ...extra), body);
        const plain = plainVerifier(joined(headers, extra), body, NOW);
        const differs = ({ holds }: Difference): boolean => holds(delivery, headers['webhook-signature']);
        if (ours.ok === plain) {
          count(ours.ok ? 'both accept' : 'both refuse');
          return !ours.ok || !Object.values(STRICTER).some(differs);
        }
        if (ours.ok) return false;
        count(ours.reason);
        const difference = STRICTER[ours.reason];
        return difference !== undefined && differs(difference);
      }),
      { numRuns: 20_000 },
    );
    for (const what of ['both accept', 'both refuse', ...Object.keys(STRICTER)]) {
      t.ok((seen.get(what) ?? 0) > 0, `${what}: ${seen.get(what) ?? 0}`);
    }
  },
);

t.test('never throws, whatever the headers and the bytes are', async () => {
  const name = fc.constantFrom(
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'svix-id',
    'Webhook-Id',
    'x',
    '',
  );
  const headers = fc.array(fc.tuple(name, fc.string()), { maxLength: 5 }).map((pairs) => pairs.flat());
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 30 }), (list, bytes) => {
      return !verifier.verify(list, Buffer.from(bytes)).ok;
    }),
    { numRuns: 5_000 },
  );
});

/** As a server that joins repeated headers hands them on; svix-* headers mean nothing to it. */
function joined(
  headers: Readonly<Record<string, string>>,
  extra: readonly (readonly [string, string])[],
): Record<string, string> {
  const all = { ...headers };
  for (const [name, value] of extra) all[name.toLowerCase()] = value;
  return all;
}

/** What a lenient reader takes a timestamp for. */
function numberIn(text: string): number {
  return Number.parseInt(text, 10);
}

function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet[(alphabet.indexOf(letter) + 1) % alphabet.length] ?? 'A';
}
