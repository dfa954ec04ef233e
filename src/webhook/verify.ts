import { isUtf8 } from 'node:buffer';
// The package's entry loads its whole API client: 45 ms of boot and 8 MB for one class.
import { Webhook } from 'svix/dist/webhook.js';
import { decodeSecret, matchSignature } from './signature.ts';
import { readSignedHeaders, type HeaderRefusal } from './signed-headers.ts';
import { DenwabanError } from '../errors.ts';

/** Why a delivery was not believed. Names are metric labels; the sender never sees them. */
export type RefusalReason =
  | HeaderRefusal
  | 'body_encoding'
  | 'signature_mismatch'
  /** Signed by us-known secret, but too old or too new: a replay, or a wrong clock. */
  | 'timestamp_window'
  /** The library refused what our own check let through. */
  | 'library';

/** What is known of a delivery after verification. `timestamp` is in unix seconds. */
export type Verification =
  | {
      readonly ok: true;
      readonly webhookId: string;
      readonly timestamp: number;
      /** Position of the secret that matched; more than 0: an old one. */
      readonly secretIndex: number;
      /** Whether the authentic body is JSON at all. */
      readonly json: boolean;
      /** An earlier delivery under this id was verified in full, and stored: there is nothing left to read. */
      readonly repeated: boolean;
    }
  | {
      readonly ok: false;
      readonly reason: 'timestamp_window';
      readonly webhookId: string;
      readonly timestamp: number;
    }
  | { readonly ok: false; readonly reason: Exclude<RefusalReason, 'timestamp_window'> };

export interface Verifier {
  /**
   * Judges one delivery on the bytes that came over the wire. Never throws.
   *
   * @param rawHeaders Node's `req.rawHeaders`: name, value, name, value, …
   */
  verify(rawHeaders: readonly string[], body: Buffer): Verification;
}

/** How far the sender's clock and ours may be apart, and how long a captured delivery is worth anything. */
export const TIMESTAMP_TOLERANCE_S = 300;

/** Secrets that may be alive at once: the newest, and older ones while rotating. */
export const MAX_SECRETS = 3;

/**
 * Makes a verifier for 1 to 3 secrets, newest first.
 *
 * Nothing is accepted unless svix accepts it. Before svix stand checks that leave every input one reading, and an
 * HMAC of our own: it refuses a forgery of 300 bytes in 5 µs instead of 33, one of 64 KB in 40 µs instead of 550,
 * and it names the secret, so that svix runs once.
 *
 * @param now wall time in ms. svix reads the machine's clock besides, so this one can only narrow the window.
 * @param known whether a delivery with this id was stored already. A copy is still authenticated, but svix, which parses
 *   what it verifies, is not asked again: nothing follows from a copy but an acknowledgement.
 * @throws DenwabanError DW_CONFIG when a secret is not `whsec_` and base64 of 24 to 64 bytes, or there are not 1 to 3
 */
export function createVerifier(
  secrets: readonly string[],
  now: () => number,
  known: (webhookId: string) => boolean = () => false,
): Verifier {
  if (secrets.length < 1 || secrets.length > MAX_SECRETS) {
    throw new DenwabanError('DW_CONFIG', `OPENAI_WEBHOOK_SECRET: one to ${MAX_SECRETS} secrets are needed.`);
  }
  const keys = secrets.map(decodeSecret);
  const libraries = keys.map((key) => new Webhook(key.toString('base64')));

  const verify = (rawHeaders: readonly string[], body: Buffer): Verification => {
    const headers = readSignedHeaders(rawHeaders);
    if (!headers.ok) return headers;
    if (!isUtf8(body)) return { ok: false, reason: 'body_encoding' };
    const match = matchSignature(keys, headers, body);
    if (match === null) return { ok: false, reason: 'signature_mismatch' };
    const { id: webhookId, timestampText } = headers;
    const timestamp = Number(timestampText);
    if (Math.abs(Math.floor(now() / 1000) - timestamp) > TIMESTAMP_TOLERANCE_S) {
      return { ok: false, reason: 'timestamp_window', webhookId, timestamp };
    }
    const { secretIndex } = match;
    if (known(webhookId)) return { ok: true, webhookId, timestamp, secretIndex, json: true, repeated: true };
    const verdict = askLibrary(libraries[match.secretIndex], body, {
      'webhook-id': webhookId,
      'webhook-timestamp': timestampText,
      'webhook-signature': match.signature,
    });
    if (verdict === 'refused') return { ok: false, reason: 'library' };
    return { ok: true, webhookId, timestamp, secretIndex, json: verdict === 'json', repeated: false };
  };
  return { verify };
}

/** svix parses the body once the signature holds: a SyntaxError therefore means authentic, but no JSON. */
function askLibrary(
  library: Webhook | undefined,
  body: Buffer,
  headers: Record<string, string>,
): 'json' | 'not_json' | 'refused' {
  try {
    if (library === undefined) return 'refused';
    library.verify(body, headers);
    return 'json';
  } catch (error) {
    return error instanceof SyntaxError ? 'not_json' : 'refused';
  }
}
