import t from 'tap';
import { createVerifier, type Verification } from '../../src/webhook/verify.ts';
import { raw, SECRET, SECRETS, signedHeaders } from './deliveries.ts';

const NOW = Math.floor(Date.now() / 1000);

function reasonOf(verification: Verification): string {
  return verification.ok ? 'accepted' : verification.reason;
}

t.test('two secrets: each is accepted and named, a third is refused', async (t) => {
  const two = createVerifier(SECRETS.slice(0, 2), Date.now);
  const by = (...secrets: readonly string[]): Verification =>
    two.verify(raw(signedHeaders({ timestamp: NOW, secrets })), Buffer.from('{}'));
  t.match(by(SECRETS[0] ?? ''), { ok: true, secretIndex: 0 });
  t.match(by(SECRETS[1] ?? ''), { ok: true, secretIndex: 1 });
  t.equal(reasonOf(by(SECRETS[2] ?? '')), 'signature_mismatch');
});

t.test('three secrets: a delivery signed with old and new counts as the newest', async (t) => {
  const three = createVerifier(SECRETS, Date.now);
  const headers = raw(signedHeaders({ timestamp: NOW, secrets: SECRETS.toReversed() }));
  t.match(three.verify(headers, Buffer.from('{}')), { ok: true, secretIndex: 0 });
  const oldest = raw(signedHeaders({ timestamp: NOW, secrets: SECRETS.slice(2) }));
  t.match(three.verify(oldest, Buffer.from('{}')), { ok: true, secretIndex: 2 });
});

t.test('a secret that anybody could sign with, or nobody, is refused when it is loaded', async (t) => {
  const bytes = (count: number): string => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;
  for (const secret of [
    '',
    'whsec_',
    bytes(23),
    bytes(65),
    bytes(32).slice(6),
    'whsec_!!!!',
    `${bytes(32)}x`,
    ` ${bytes(32)}`,
  ]) {
    t.throws(() => createVerifier([secret], Date.now), { code: 'DW_CONFIG' }, secret);
  }
  for (const count of [24, 64]) t.doesNotThrow(() => createVerifier([bytes(count)], Date.now));
  t.throws(() => createVerifier([], Date.now), { code: 'DW_CONFIG' });
  t.throws(() => createVerifier([...SECRETS, bytes(40)], Date.now), { code: 'DW_CONFIG' });
});

t.test('a refused secret is not repeated in the error', async (t) => {
  try {
    createVerifier(['whsec_TopSecret'], Date.now);
    t.fail('no error');
  } catch (error) {
    t.notMatch(String(error), /TopSecret/);
  }
});

t.test('a secret without its padding is the same secret', async (t) => {
  const unpadded = createVerifier([SECRET.replace(/=+$/, '')], Date.now);
  t.match(unpadded.verify(raw(signedHeaders({ timestamp: NOW })), Buffer.from('{}')), { ok: true });
});
