import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../lib/random.ts';

/** Bytes of chance in a key: nobody guesses 192 bits, so a plain hash is enough to keep it. */
const KEY_BYTES = 24;

/** Makes a key stand out in a file that it must not be in. */
const PREFIX = 'dwk_';

const KEY = new RegExp(`^${PREFIX}[0-9a-f]{${KEY_BYTES * 2}}$`);

/** A new key, to be shown once. */
export function makeKey(random: Random): string {
  return `${PREFIX}${random.hex(KEY_BYTES)}`;
}

/** What is stored of a key: its SHA-256, hex. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether two hashes of `hashOfKey` are the same, in a time that does not tell where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The key of an Authorization header.
 *
 * @returns null when there is no bearer token of the form of a key
 */
export function bearerKey(authorization: string | undefined): string | null {
  const [, token = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return KEY.test(token) ? token : null;
}

/** Whether a key that was stored is good at this instant, ms. */
export function isValid(
  key: { readonly expiresAt: number | null; readonly revokedAt: number | null },
  at: number,
): boolean {
  return key.revokedAt === null && (key.expiresAt === null || at < key.expiresAt);
}
