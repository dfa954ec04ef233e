import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedHeaders } from './signed-headers.ts';
import { DenwabanError } from '../errors.ts';

const PREFIX = 'whsec_';
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/**
 * The HMAC key in a secret. Padding at the end of the base64 may be missing.
 *
 * @throws DenwabanError DW_CONFIG when it is not `whsec_` and base64 of 24 to 64 bytes: with an empty key anybody
 *   could sign. The message does not repeat the secret.
 */
export function decodeSecret(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  const same = key.toString('base64').replace(/=+$/, '') === text.replace(/={1,2}$/, '');
  if (same && key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES) return key;
  throw new DenwabanError(
    'DW_CONFIG',
    `OPENAI_WEBHOOK_SECRET: a secret is not whsec_ and base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes. Copy it whole from OpenAI.`,
  );
}

/**
 * Finds the first key under which one of the signatures is right, or null. One HMAC per key, over the raw bytes;
 * each comparison takes the same time whatever the signature.
 */
export function matchSignature(
  keys: readonly Buffer[],
  headers: SignedHeaders,
  body: Buffer,
): { readonly secretIndex: number; readonly signature: string } | null {
  const prefix = `${headers.id}.${headers.timestampText}.`;
  const offered = headers.signatures.map((signature) => ({
    signature,
    bytes: Buffer.from(signature, 'latin1'),
  }));
  for (const [secretIndex, key] of keys.entries()) {
    const digest = createHmac('sha256', key).update(prefix).update(body).digest('base64');
    const expected = Buffer.from(`v1,${digest}`, 'latin1');
    const match = offered.find(({ bytes }) => timingSafeEqual(bytes, expected));
    if (match !== undefined) return { secretIndex, signature: match.signature };
  }
  return null;
}
