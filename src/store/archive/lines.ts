import { createHash } from 'node:crypto';
import { damaged, MAX_LINE_BYTES } from './format.ts';

const LINE_FEED = 0x0a;

/** A line, and the digest of all bytes before it. */
export interface Line {
  readonly text: string;
  /** SHA-256 in hex of what stands before this line. Computed when asked for, until the next line is read. */
  digestBefore(): string;
}

/**
 * Cuts a stream of bytes into lines at line feeds, and nowhere else: what people said may hold every other separator.
 *
 * @throws DenwabanError DW_ARCHIVE for bytes that are no UTF-8, for a line without end and for one that is too long
 */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED)) {
      const line = bytes.subarray(0, at + 1);
      yield { text: decode(decoder, line.subarray(0, -1)), digestBefore: () => hash.copy().digest('hex') };
      hash.update(line);
      bytes = bytes.subarray(at + 1);
    }
    if (bytes.length > MAX_LINE_BYTES) throw damaged('a line is too long');
    rest = bytes;
  }
  if (rest.length > 0) throw damaged('its end is missing');
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw damaged('it holds bytes that are no text');
  }
}
