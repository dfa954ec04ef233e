const TYPE_MARK = Buffer.from('"type":"');
/** `type` stands first or after `event_id` in what the API sends; further in, a full parse decides. */
const PEEK_BYTES = 128;
const QUOTE = 0x22;

/**
 * Reads the value of the first `"type"` in a JSON text without parsing it. Deltas are the bulk of a call's
 * traffic and nothing is done with most of them, so they are recognised at a tenth of the price of JSON.parse.
 *
 * @returns the type, or null when it is not near the beginning
 */
export function peekType(frame: Buffer): string | null {
  const mark = frame.indexOf(TYPE_MARK);
  if (mark < 0 || mark > PEEK_BYTES) return null;
  const start = mark + TYPE_MARK.length;
  const end = frame.indexOf(QUOTE, start);
  return end < 0 ? null : frame.toString('latin1', start, end);
}
