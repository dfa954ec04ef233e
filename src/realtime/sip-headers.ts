import { parseSipAddress, splitSipAddresses, type SipAddress } from './sip-address.ts';

/** One header of the INVITE as the webhook carries it: untrusted, the caller wrote it. */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** What may be known of a call from its INVITE. Every field has a checked shape; nothing is passed on raw. */
export interface SipFacts {
  readonly caller: {
    /** E.164, or null when withheld, missing or unreadable. A hint only: it can be forged. */
    readonly number: string | null;
    /** The caller asked not to be identified. */
    readonly withheld: boolean;
  };
  /** E.164 of the number the caller dialled, or null when the trunk did not say. */
  readonly dialledNumber: string | null;
  /** `proj_…` the INVITE was addressed to. */
  readonly projectId: string | null;
  /** Call-ID: the same for every event about this INVITE. */
  readonly sipCallId: string | null;
  /** `CA…`, the call's id at Twilio. */
  readonly twilioCallSid: string | null;
  /** `AC…`, the owner of the trunk. */
  readonly twilioAccountSid: string | null;
}

/** Turns text into E.164, or null. */
export type NormaliseNumber = (text: string) => string | null;

/**
 * Reads the headers of an INVITE. Names count in any case and in their short forms. A header that may stand only once
 * but comes twice with different values says nothing.
 *
 * P-Asserted-Identity is not read: it may hold the very number that the caller withheld.
 *
 * @param normalise for numbers as they are written in SIP addresses
 */
export function parseSipHeaders(headers: readonly SipHeader[], normalise: NormaliseNumber): SipFacts {
  const values = group(headers);
  return {
    caller: readCaller(values, normalise),
    dialledNumber: readDialled(values, normalise),
    projectId: matching(addressIn(only(values, 'to'))?.user, /^proj_[\w-]{1,100}$/),
    sipCallId: matching(only(values, 'call-id'), /^[\x21-\x7e]{1,256}$/),
    twilioCallSid: matching(only(values, 'x-twilio-callsid'), /^CA[0-9a-f]{32}$/),
    twilioAccountSid: matching(only(values, 'x-twilio-accountsid'), /^AC[0-9a-f]{32}$/),
  };
}

type Values = ReadonlyMap<string, readonly string[]>;

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['f', 'from'],
  ['t', 'to'],
  ['i', 'call-id'],
]);

function group(headers: readonly SipHeader[]): Values {
  const values = new Map<string, string[]>();
  for (const header of headers) {
    const name = header.name.trim().toLowerCase();
    const key = SHORT_NAMES.get(name) ?? name;
    const known = values.get(key);
    if (known === undefined) values.set(key, [header.value.trim()]);
    else known.push(header.value.trim());
  }
  return values;
}

function readCaller(values: Values, normalise: NormaliseNumber): SipFacts['caller'] {
  const address = addressIn(only(values, 'from'));
  const digits = (address?.user ?? '').replace(/^\+/, '').toLowerCase();
  if (asksForPrivacy(values) || WITHHELD.has(digits) || isAnonymousHost(address)) {
    return { number: null, withheld: true };
  }
  if (address === null || UNKNOWN.has(digits)) return { number: null, withheld: false };
  return { number: numberOf(address.user, normalise), withheld: false };
}

/** The topmost diversion is the latest one: the trunk's own, made of the number that was dialled. */
function readDialled(values: Values, normalise: NormaliseNumber): string | null {
  const address = addressIn(splitSipAddresses(values.get('diversion')?.[0] ?? '')[0]);
  return address === null ? null : numberOf(address.user, normalise);
}

/**
 * A complete international number stands as the network wrote it, even from a range that is too new to be known, or
 * from one that no network has: a rule that blocks callers must be able to name it.
 */
function numberOf(user: string, normalise: NormaliseNumber): string | null {
  // Looking a number up in the numbering plans takes 15 µs while the phone rings, and would change nothing here.
  if (COMPLETE_JAPANESE.test(user)) return user;
  return normalise(user) ?? matching(user.replace(/[-.() ]/g, ''), /^\+[1-9]\d{6,14}$/);
}

const COMPLETE_JAPANESE = /^\+81[1-9]\d{8,9}$/;

/** Privacy: `id` withholds the number towards the callee, `user` all that names the caller. */
function asksForPrivacy(values: Values): boolean {
  const wishes = (values.get('privacy') ?? []).flatMap((value) => value.toLowerCase().split(/[;,\s]+/));
  return wishes.some((wish) => wish === 'id' || wish === 'user');
}

function isAnonymousHost(address: SipAddress | null): boolean {
  return address !== null && /^(?:.*\.)?anonymous\.invalid(?::\d+)?$/.test(address.host);
}

/** Words that stand for a withheld number, and their letters as keys of a telephone: carriers send both. */
const WITHHELD = withKeys(['anonymous', 'restricted', 'private', 'withheld', 'blocked']);

/** The same for a number that the network could not bring along. */
const UNKNOWN = withKeys(['unknown', 'unavailable']);

function withKeys(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => [word, word.replace(/[a-z]/g, keyOf)]));
}

function keyOf(letter: string): string {
  const groups = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];
  return String(groups.findIndex((letters) => letters.includes(letter)) + 2);
}

/** The value all headers of this name agree on. */
function only(values: Values, name: string): string | undefined {
  const [first, ...others] = values.get(name) ?? [];
  return others.every((other) => other === first) ? first : undefined;
}

function addressIn(value: string | undefined): SipAddress | null {
  return value === undefined ? null : parseSipAddress(value);
}

function matching(value: string | undefined, pattern: RegExp): string | null {
  return value !== undefined && pattern.test(value) ? value : null;
}
