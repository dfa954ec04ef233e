import iconv from 'iconv-lite';

/** Encodings of lists as they come from Excel and from applicant tracking systems in Japan. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'cp932';

/** A file's text and how it was written. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncoding;
}

/**
 * Reads a file's bytes as text. A byte order mark decides; without one, UTF-8 is taken when every byte fits, else
 * CP932 when every byte fits. Null when neither does: nothing is guessed and no character is replaced.
 */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeAs('utf-16le', bytes);
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return decodeAs('utf-8', bytes) ?? (marked ? null : decodeAs('cp932', bytes));
}

function decodeAs(encoding: TextEncoding, bytes: Uint8Array): DecodedText | null {
  // The web's shift_jis is CP932 with its extensions.
  const label = encoding === 'cp932' ? 'shift_jis' : encoding;
  try {
    return { text: new TextDecoder(label, { fatal: true }).decode(bytes), encoding };
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Characters that CP932 has under another code point of Unicode than the one that other systems write. */
const CP932_FORMS: Readonly<Record<string, string>> = {
  '\u2212': '\uff0d',
  '\u301c': '\uff5e',
  '\u2014': '\u2015',
  '\u2016': '\u2225',
  '\u00a2': '\uffe0',
  '\u00a3': '\uffe1',
  '\u00ac': '\uffe2',
  '\u00a5': '\uffe5',
  '\u00a0': ' ',
};

const TO_CP932 = new RegExp(`[${Object.keys(CP932_FORMS).join('')}]`, 'gu');

/** The text in CP932, or the characters that CP932 does not have, each once and in the order of the text. */
export function encodeCp932(
  text: string,
): { readonly bytes: Uint8Array } | { readonly unmappable: readonly string[] } {
  const mapped = text.replace(TO_CP932, (sign) => CP932_FORMS[sign] ?? sign);
  const signs = [...new Set(mapped)];
  const unmappable = signs.filter((sign) => iconv.decode(iconv.encode(sign, 'cp932'), 'cp932') !== sign);
  return unmappable.length > 0 ? { unmappable } : { bytes: iconv.encode(mapped, 'cp932') };
}

/** The text in UTF-8 behind the mark by which Excel knows it. */
export function encodeUtf8(text: string): Uint8Array {
  return Buffer.from(`\uFEFF${text}`, 'utf8');
}
