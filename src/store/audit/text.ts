import { createHash } from 'node:crypto';
import type { RegistrationEvent } from '../../briefing/registration.ts';
import type { AuditAnchor, AuditEntry, AuditPayload, AuditRow } from '../audit-ports.ts';

/** Version of the texts below: a keyed hash is of one of them, for ever. */
const VERSION = 1;

/** What stands before the first row of a chain. */
export const GENESIS = '0'.repeat(64);

/** Longest text of a payload. */
const MAX_TEXT = 128;
/** Ids and codes are printable ASCII without blanks. */
const CODE = /^[\x21-\x7e]*$/;
/** Nine digits or more, however they are set apart: it could be a telephone number, also within a longer text. */
const NUMBER = /(?<![\da-z])\d(?:[-().+/_~]{0,2}\d){8,}(?![\da-z])/i;
/** Ids of our own may look like numbers in part. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Integers below this are counts, and from the one to the other instants from 2017 to 2036; others could be numbers. */
const MOST_COUNTED = 100_000_000;
const INSTANTS = { from: 1_500_000_000_000, to: 2_100_000_000_000 } as const;

/** The text of a row that its keyed hash is made of. */
export function rowText(row: Omit<AuditRow, 'mac'>): string {
  return JSON.stringify([
    VERSION,
    row.keyId,
    row.chain,
    row.sequence,
    row.at,
    row.actor,
    row.kind,
    sortedEntries(row.payload),
    row.prevMac,
  ]);
}

/** The text of a head. */
export function headText(chain: string, sequence: number, mac: string): string {
  return JSON.stringify([VERSION, 'head', chain, sequence, mac]);
}

/** The text of an entry in the history of a registration. */
export function eventText(event: RegistrationEvent): string {
  return JSON.stringify([VERSION, 'event', event]);
}

/** The text of an anchor. */
export function anchorText(anchor: Omit<AuditAnchor, 'mac'>): string {
  const { number, day, at, keyId, leaves, prevMac } = anchor;
  return JSON.stringify([VERSION, 'anchor', number, day, at, keyId, leaves, prevMac]);
}

/** The same payload has the same text whatever the order of its keys, which the database does not keep. */
export function samePayload(a: AuditPayload, b: AuditPayload): boolean {
  return JSON.stringify(sortedEntries(a)) === JSON.stringify(sortedEntries(b));
}

/** The payload with every text that is no id and no code replaced by its digest. */
export function plainPayload(payload: AuditPayload): AuditPayload {
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, plainValue(value)]));
}

/** Chain of a call. */
export function callChain(callId: string): string {
  return `call/${callId}`;
}

/** Chain of a day at the desk. @param part 1, or more when the day was sealed already */
export function deskChain(day: string, part: number): string {
  return part === 1 ? `desk/${day}` : `desk/${day}.${part}`;
}

/** The entry as it is stored in the desk's chain: the call is named in the payload. */
export function atDesk(entry: AuditEntry): AuditEntry {
  return entry.callId === null
    ? entry
    : { ...entry, callId: null, payload: { ...entry.payload, call_id: entry.callId } };
}

function plainValue(value: AuditPayload[string]): AuditPayload[string] {
  if (typeof value === 'string') return plain(value);
  if (typeof value !== 'number') return value;
  const isInstant = value >= INSTANTS.from && value < INSTANTS.to;
  return Math.abs(value) < MOST_COUNTED || isInstant ? value : digest(String(value));
}

function plain(text: string): string {
  if (UUID.test(text)) return text;
  return text.length <= MAX_TEXT && CODE.test(text) && !NUMBER.test(text) ? text : digest(text);
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function sortedEntries(payload: AuditPayload): [string, unknown][] {
  return Object.entries(payload).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
