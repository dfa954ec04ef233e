/** Octets of one line of iCalendar, without its end. */
const MAX_OCTETS = 75;

// oxlint-disable-next-line no-control-regex -- controls have no place in iCalendar
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F]/g;
/** Half a surrogate pair cannot be written in UTF-8. */
const HALVES = /\p{Surrogate}/gu;

/** A value of type TEXT: backslash, semicolon, comma and line break are escaped, other controls left out. */
export function text(value: string): string {
  return value
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '')
    .replace(HALVES, '\uFFFD')
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll('\n', '\\n');
}

/** The value of a parameter, in quotes. A quotation mark cannot stand in it and becomes an apostrophe. */
export function parameter(value: string): string {
  const plain = value
    .replace(/[\r\n\t]+/g, ' ')
    .replace(CONTROLS, '')
    .replace(HALVES, '\uFFFD')
    .replaceAll('"', "'");
  return `"${plain}"`;
}

/** An instant, ms, as UTC: `20261124T050000Z`. */
export function utc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/**
 * A line with its end, folded: no part is longer than 75 octets with the blank that begins it, and none ends inside a
 * character.
 */
export function contentLine(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const sign of line) {
    const size = Buffer.byteLength(sign);
    if (octets + size > MAX_OCTETS) {
      parts.push(part);
      part = ' ';
      octets = 1;
    }
    part += sign;
    octets += size;
  }
  return `${[...parts, part].join('\r\n')}\r\n`;
}
