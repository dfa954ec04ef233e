/** Why the headers alone already refuse a delivery. Names are metric labels. */
export type HeaderRefusal =
  | 'headers_missing'
  | 'headers_duplicated'
  | 'headers_mixed'
  | 'id_format'
  | 'timestamp_format'
  | 'signature_count'
  | 'signature_format';

/** The three security headers of one delivery, each of a shape that has exactly one reading. */
export interface SignedHeaders {
  readonly ok: true;
  readonly id: string;
  /** As signed: decimal unix seconds without leading zeros. */
  readonly timestampText: string;
  /** Well-formed `v1,<base64>` entries, 1 to 8. */
  readonly signatures: readonly string[];
}

/** Entries in the signature header, ignored ones included: three live secrets and room for new versions. */
const MAX_SIGNATURES = 8;

/** No dot: id, timestamp and body are joined by dots, and a dot in the id could move the borders. */
const ID = /^[\w-]{1,128}$/;

/** No sign, blank, fraction or leading zero: a number with two spellings could be signed as the other one. */
const TIMESTAMP = /^[1-9]\d{0,11}$/;

/** HMAC-SHA256 in padded base64 is 44 characters. */
const V1_SIGNATURE = /^v1,[A-Za-z0-9+/]{43}=$/;

const PARTS = ['id', 'timestamp', 'signature'] as const;
type Part = (typeof PARTS)[number];
type Family = 'webhook' | 'svix';

/**
 * Reads the security headers from Node's flat `rawHeaders` list (name, value, name, value, …), where repeated
 * headers are still visible. A delivery speaks either `webhook-*` or `svix-*`, never both: the verifying library
 * prefers `svix-*`, so a mixture could be verified under one id and remembered under another.
 */
export function readSignedHeaders(
  rawHeaders: readonly string[],
): SignedHeaders | { readonly ok: false; readonly reason: HeaderRefusal } {
  const seen = collect(rawHeaders);
  if (seen.webhook.touched && seen.svix.touched) return refuse('headers_mixed');
  const family = seen.svix.touched ? seen.svix : seen.webhook;
  if (family.repeated) return refuse('headers_duplicated');
  const { id, timestamp, signature } = family.values;
  if (id === undefined || timestamp === undefined || signature === undefined)
    return refuse('headers_missing');
  if (!ID.test(id)) return refuse('id_format');
  if (!TIMESTAMP.test(timestamp)) return refuse('timestamp_format');
  const entries = signature.split(' ', MAX_SIGNATURES + 1);
  if (entries.length > MAX_SIGNATURES) return refuse('signature_count');
  const signatures = entries.filter((entry) => V1_SIGNATURE.test(entry));
  if (signatures.length === 0) return refuse('signature_format');
  return { ok: true, id, timestampText: timestamp, signatures };
}

interface Collected {
  /** Any header of this family, known or not. */
  touched: boolean;
  repeated: boolean;
  readonly values: Partial<Record<Part, string>>;
}

function collect(rawHeaders: readonly string[]): Record<Family, Collected> {
  const seen: Record<Family, Collected> = {
    webhook: { touched: false, repeated: false, values: {} },
    svix: { touched: false, repeated: false, values: {} },
  };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const family = name.startsWith('webhook-') ? 'webhook' : name.startsWith('svix-') ? 'svix' : null;
    if (family === null) continue;
    const collected = seen[family];
    collected.touched = true;
    const part = PARTS.find(
      (candidate) => name.length === family.length + 1 + candidate.length && name.endsWith(candidate),
    );
    if (part === undefined) continue;
    if (collected.values[part] !== undefined) collected.repeated = true;
    collected.values[part] = rawHeaders[index + 1] ?? '';
  }
  return seen;
}

function refuse(reason: HeaderRefusal): { readonly ok: false; readonly reason: HeaderRefusal } {
  return { ok: false, reason };
}
