/** Ids of one answer that the audit keeps: those of the longest part of a list. The rest of an export is counted. */
export const MAX_SHOWN_IDS = 200;

/** What of a record tells whose it is, the first that it has. */
const KEYS = ['applicant_id', 'call_id', 'lead_id', 'message_id'] as const;

/** What an answer shows of people. */
export interface Shown {
  /** Records in the answer. */
  readonly count: number;
  /** Whose they are, each once. */
  readonly ids: readonly string[];
}

/** What is in an answer of the API: a record, or a list of them in `data`. */
export function shownIn(body: object): Shown {
  const { data } = body as { data?: unknown };
  const records: readonly unknown[] = Array.isArray(data) ? data : [body];
  return shownOf(records.flatMap(idOf), records.length);
}

/** So many records, of these people or calls. */
export function shownOf(ids: readonly string[], count = ids.length): Shown {
  return { count, ids: [...new Set(ids)] };
}

function idOf(record: unknown): string[] {
  if (typeof record !== 'object' || record === null) return [];
  const fields = record as Readonly<Record<string, unknown>>;
  const id = KEYS.map((key) => fields[key]).find((value) => typeof value === 'string');
  return typeof id === 'string' ? [id] : [];
}
