import { createHash } from 'node:crypto';

/** Characters of the key: collisions are out of the question within a call. */
const KEY_LENGTH = 32;

/**
 * Names what was said by its content, so that the same words under a new function call are known again: width,
 * punctuation and spaces do not matter.
 */
export function naturalKey(parts: readonly string[]): string {
  const plain = parts.map((part) => part.normalize('NFKC').replaceAll(/[\p{P}\s]/gu, '')).join('\n');
  return createHash('sha256').update(plain).digest('hex').slice(0, KEY_LENGTH);
}
