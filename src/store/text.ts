/** Half a surrogate pair, and U+0000: what a JavaScript string may hold and PostgreSQL's text may not. */
// oxlint-disable-next-line no-control-regex -- U+0000 is the point
const UNSTORABLE = /[\p{Surrogate}\0]/gu;

/** The text with every character that PostgreSQL refuses replaced by U+FFFD. */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/** Like `storable`; null stays null. */
export function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}

/** Replacer of JSON.stringify: every text in it becomes storable, however deep. */
export function storableValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? storable(value) : value;
}
