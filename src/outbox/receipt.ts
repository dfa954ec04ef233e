import { createHash } from 'node:crypto';

/** Letters and digits that cannot be taken for each other. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 6;

/** The number under which a message is found again, by people and at the provider: six letters of its id. */
export function receiptOf(messageId: string): string {
  const bytes = createHash('sha256').update(messageId).digest();
  return Array.from({ length: LENGTH }, (_, index) =>
    LETTERS.charAt((bytes[index] ?? 0) % LETTERS.length),
  ).join('');
}
