import { createHash } from 'node:crypto';
import { parseEnvelope, type Envelope } from './envelope.ts';
import type { SkewEstimator } from './skew.ts';
import { createVerifier, type RefusalReason, type Verification } from './verify.ts';
import type { Clock } from '../lib/clock.ts';

/** A delivery that is authentic, or taken on trust in development, and readable. */
export interface AcceptedWebhook {
  readonly outcome: 'accepted';
  /** Stays the same over re-deliveries. */
  readonly webhookId: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  /** Position of the secret that signed; null: not verified, because there is no secret. */
  readonly secretIndex: number | null;
  readonly envelope: Exclude<Envelope, { kind: 'malformed' }>;
}

/** How one delivery was judged: the label of its metric. */
export type IntakeResult =
  | 'verified'
  | 'verified_old_key'
  | 'repeated'
  | 'unsigned'
  | 'malformed'
  | RefusalReason;

export type Judgement =
  | AcceptedWebhook
  | { readonly outcome: 'unverified'; readonly reason: RefusalReason }
  /** A copy of a delivery that was stored: acknowledged, nothing more. */
  | { readonly outcome: 'repeated' }
  /** Authentic, but not of the documented shape. */
  | { readonly outcome: 'malformed'; readonly reason: string };

export interface IntakeOptions {
  /** Newest first; none: deliveries are taken on trust. */
  readonly secrets: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly skew: SkewEstimator;
  /** Whether a delivery with this id was stored already. */
  readonly known: (webhookId: string) => boolean;
  /** Told once per delivery. */
  readonly onResult: (result: IntakeResult) => void;
}

/**
 * Makes the function that judges a delivery by its raw headers and bytes. The function never throws.
 *
 * @throws DenwabanError DW_CONFIG for secrets nothing could be verified with
 */
export function createIntake({
  secrets,
  clock,
  skew,
  known,
  onResult,
}: IntakeOptions): (rawHeaders: readonly string[], body: Buffer) => Judgement {
  const now = (): number => clock.now();
  const verifier = secrets.length === 0 ? null : createVerifier(secrets, now, known);

  return (rawHeaders, body) => {
    const verification = verifier?.verify(rawHeaders, body) ?? null;
    if (verification !== null) observeSkew(skew, verification);
    if (verification?.ok === false) {
      onResult(verification.reason);
      return { outcome: 'unverified', reason: verification.reason };
    }
    if (verification?.repeated === true) {
      onResult('repeated');
      return { outcome: 'repeated' };
    }
    const envelope = parseEnvelope(body);
    if (verification?.json === false || envelope.kind === 'malformed') {
      onResult('malformed');
      return { outcome: 'malformed', reason: envelope.kind === 'malformed' ? envelope.reason : 'not JSON' };
    }
    if (verification === null) {
      onResult('unsigned');
      const timestamp = Math.floor(clock.now() / 1000);
      return {
        outcome: 'accepted',
        webhookId: unsignedId(rawHeaders, body),
        timestamp,
        secretIndex: null,
        envelope,
      };
    }
    onResult(verification.secretIndex === 0 ? 'verified' : 'verified_old_key');
    const { webhookId, timestamp, secretIndex } = verification;
    return { outcome: 'accepted', webhookId, timestamp, secretIndex, envelope };
  };
}

/** Only what somebody with the secret signed says anything about the clock. */
function observeSkew(skew: SkewEstimator, verification: Verification): void {
  if (verification.ok || verification.reason === 'timestamp_window') skew.record(verification);
}

/** Without a secret the sender's id is as good as any; a body without one is its own id, so that repeats show. */
function unsignedId(rawHeaders: readonly string[], body: Buffer): string {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'webhook-id');
  const id = at === -1 ? '' : (rawHeaders[at + 1] ?? '');
  if (/^[\w-]{1,128}$/.test(id)) return id;
  return `unsigned_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
}
