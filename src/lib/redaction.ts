/**
 * Two nets that keep secrets and personal data out of the log. `redactFields` looks at the keys of what is logged,
 * at any depth and in any spelling; `scrubLine` looks at the finished line for shapes that betray themselves.
 */

const REDACTED = '[redacted]';

/**
 * A copy of log fields without the values of sensitive keys, without error properties other than
 * type, code, message, stack and cause, and no deeper than `MAX_DEPTH`. Fields that need none of it come back as they are.
 */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (isSensitive(key) || (typeof value === 'object' && value !== null)) {
      return redactRecord(fields, 0, new Set());
    }
  }
  return fields;
}

/** Deeper fields are not worth a log line, and hostile JSON may be nested without end. */
const MAX_DEPTH = 6;
/** Longer lists are cut: a log line is no data store. */
const MAX_ENTRIES = 50;

function redactRecord(
  record: Record<string, unknown>,
  depth: number,
  above: Set<object>,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  above.add(record);
  for (const key of Object.keys(record).slice(0, MAX_ENTRIES)) {
    const value = record[key];
    const empty = value === null || value === undefined || value === '' || typeof value === 'boolean';
    copy[key] = !empty && isSensitive(key) ? REDACTED : redactValue(value, depth + 1, above);
  }
  above.delete(record);
  return copy;
}

function redactValue(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return redactError(value, depth, above);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    above.add(value);
    const entries = value.slice(0, MAX_ENTRIES).map((entry) => redactValue(entry, depth + 1, above));
    above.delete(value);
    return entries;
  }
  if ('toJSON' in value) return value;
  return redactRecord(value as Record<string, unknown>, depth, above);
}

function redactError(error: Error, depth: number, above: Set<object>): Record<string, unknown> {
  above.add(error);
  const shown: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) {
    shown['code'] = error.code;
  }
  if (error.cause !== undefined) shown['cause'] = redactValue(error.cause, depth + 1, above);
  above.delete(error);
  return shown;
}

/** Parts of keys, in lower case without - and _, whose values are secret, personal, or words of a conversation. */
const SENSITIVE_PARTS = [
  'authorization|apikey|secret|passw|credential|cookie|signature|privatekey|databaseurl',
  'phone|callernumber|callbacknumber|diallednumber|fromnumber|tonumber|msisdn|callerid|sipheader|assertedidentity',
  'transcript|utterance|callername|applicantname|fullname|kana|mail|address$|birth',
  '^(token|accesstoken|bearer|caller|from(header|uri)|number|name|text|body|content|arguments|args|instructions)$',
].join('|');
const SENSITIVE = new RegExp(SENSITIVE_PARTS);
/** Keys that the pattern would take although they name machines. */
const HARMLESS = new Set(['remoteaddress', 'localaddress', 'listenaddress']);

const verdicts = new Map<string, boolean>();
/** Keys come from code, so there are few; a bound all the same, as some come from JSON of others. */
const MAX_VERDICTS = 2_000;

function isSensitive(key: string): boolean {
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const plain = key.toLowerCase().replace(/[-_\s.]/g, '');
  const verdict = SENSITIVE.test(plain) && !HARMLESS.has(plain);
  if (verdicts.size < MAX_VERDICTS) verdicts.set(key, verdict);
  return verdict;
}

/** Decimal digits as they occur in numbers spoken or typed in Japan. */
const D = '[0-9０-９]';
/** What stands between groups of a telephone number. */
const GAP = '[-‐‑–−－ー.\\s()（）・]{0,2}';

interface Shape {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Every repetition that another part could follow is bounded: a hostile line must not cost more than its length. */
const SHAPES: readonly Shape[] = [
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, replacement: '$1 [key]' },
  { pattern: /(?<![A-Za-z0-9])(sk|rk|ek|whsec|sess)[-_][\w+/=-]{6,}/g, replacement: '$1-[key]' },
  { pattern: /\bv1a?,[\w+/=-]{16,}/g, replacement: 'v1,[signature]' },
  { pattern: /(:\/\/)[^\s/@":]{0,128}:[^\s/@"]{0,256}@/g, replacement: '$1[credentials]@' },
  {
    pattern: /([?&][\w-]{0,40}(?:token|key|secret|sig|signature|password|auth)=)[^&\s"\\]+/gi,
    replacement: '$1[key]',
  },
  { pattern: /\b(sips?:)[^\s"<>\\,@]{0,128}@[^\s"<>\\,]*/gi, replacement: '$1[address]' },
  { pattern: /\b(tel:)[^\s"<>\\,;]+/gi, replacement: '$1[number]' },
  { pattern: /[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, replacement: '[mail]' },
  { pattern: new RegExp(`(?:\\+|＋|%2B)${D}(?:${GAP}${D}){7,14}`, 'gi'), replacement: '[number]' },
  // National form: 0, then nine or ten digits in groups. Ids in hex hold such digits too, so a letter beside them spares them.
  {
    pattern: new RegExp(`(?<![\\w.０-９-])[(（]?[0０]${D}(?:${GAP}${D}){8,9}(?![\\w０-９-])`, 'g'),
    replacement: '[number]',
  },
  { pattern: /(?<![\w.-])(?:00|010)?81[5-9]0\d{8}(?![\w-])/g, replacement: '[number]' },
  {
    pattern: /[〇零一二三四五六七八九](?:[-－ー・の\s]?[〇零一二三四五六七八九]){8,13}/g,
    replacement: '[number]',
  },
  // JSON inside a string, as the arguments of a tool: keys of the first net, values up to the closing quote.
  {
    pattern:
      /((\\{1,15})"[\w-]{0,40}(?:key|secret|token|passw|authorization|number|phone|name|mail|text|body|message|transcript|content|arguments)[\w-]{0,40}\2"\s{0,8}:\s{0,8}\2")(?:(?!(?<!\\)\2").)*/gi,
    replacement: '$1[redacted]',
  },
];

/** One look that most lines pass, so that the shapes are tried on few lines. */
const SUSPICIOUS =
  /@|\+\d|[sre]k[-_]|sec_|sess_|earer|asic |v1a?,|tel:|\\"|%2B|[?&]\w*(?:tok|key|sec|sig|pass|auth)|(?:^|[^\w.-])[(]?0\d[-\d ().]{7}|[^\d]81[5-9]0\d{6}|[０-９＋〇-九]{2}/i;

/** The line with secrets and personal data of a recognisable shape replaced; JSON stays JSON. */
export function scrubLine(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  let clean = line;
  for (const shape of SHAPES) clean = clean.replace(shape.pattern, shape.replacement);
  return clean;
}
