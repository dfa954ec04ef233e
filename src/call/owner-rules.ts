/** When a node may act on a call: durations of its own monotonic clock only. Pure. */

/** A lease outlives its holder's last renewal by this, on the database's clock, ms. */
export const LEASE_MS = 2_500;
/** Leases are renewed this often, ms: two renewals may fail before one lapses. */
export const RENEW_MS = 800;
/** A node stops acting this long before its lease can have lapsed, ms: clocks drift, and what was sent has a way to go. */
export const ACT_MARGIN_MS = 500;

/** A renewal that failed shows for this long that the store is away, ms: the next one is asked and answered by then. */
export const AWAY_MS = 2_500;
/** A renewal that failed later than this did not fail at its own deadline: the process stood still, and knows nothing, ms. */
const HONEST_MS = 2_000;
/**
 * A node is alone when every renewal said so for this long, ms: another one that reaches the store has shown itself by then,
 * one renewal that hung included. After an outage nobody has been seen for a while, though everybody is there.
 */
export const ALONE_MS = LEASE_MS;

/**
 * Until when a node may act, given that a renewal succeeded that was sent at `sentAt`. The database counted from a later
 * moment, so its lease lapses `ACT_MARGIN_MS` after this, or later.
 */
export function actingUntil(sentAt: number): number {
  return sentAt + LEASE_MS - ACT_MARGIN_MS;
}

/** What a node knows of its ownership of one call. Instants of the monotonic clock, ms. */
export interface Tenure {
  readonly actUntil: number;
  /** Until when it is known that the store is away, and that nobody else was there when it went. */
  readonly awayUntil: number;
}

/** What a node knows of the others. Instants of its monotonic clock, ms. */
export interface Solitude {
  /** First of the renewals in a row, none failed or late, that saw nobody else; null: the last one saw somebody. */
  readonly since: number | null;
  /** The last of them that succeeded. */
  readonly seenAt: number;
  /** Until when it knows what the store would say: while leases hold, and then while the store is known to be away. */
  readonly knownUntil: number;
  /** Until when it is known that the store is away for everybody. */
  readonly awayUntil: number;
}

/** Of a node that has asked nobody yet. */
export const STRANGER: Solitude = {
  since: null,
  seenAt: Number.NEGATIVE_INFINITY,
  knownUntil: Number.NEGATIVE_INFINITY,
  awayUntil: Number.NEGATIVE_INFINITY,
};

/** A renewal succeeded that was sent at `sentAt`. */
export function onSeen(before: Solitude, sentAt: number, peers: number): Solitude {
  const unbroken =
    before.awayUntil === Number.NEGATIVE_INFINITY && before.since !== null && sentAt < before.knownUntil;
  const since = peers > 0 ? null : unbroken ? before.since : sentAt;
  return { since, seenAt: sentAt, knownUntil: actingUntil(sentAt), awayUntil: Number.NEGATIVE_INFINITY };
}

/**
 * A renewal failed. That shows that the store is away for everybody if nobody else was there, and if there was no moment since
 * in which somebody could have come: the renewal was sent while the last news still held, and failed at its own deadline.
 */
export function onUnseen(before: Solitude, sentAt: number, now: number): Solitude {
  const { since, seenAt, knownUntil } = before;
  const alone = since !== null && seenAt - since >= ALONE_MS;
  if (!alone || sentAt >= knownUntil || now - sentAt >= HONEST_MS)
    return { ...before, since: null, awayUntil: Number.NEGATIVE_INFINITY };
  return { ...before, knownUntil: now + AWAY_MS, awayUntil: now + AWAY_MS };
}

/** Whether nobody else can own the call now. After a freeze the answer is no before anything else happens. */
export function isFresh(tenure: Pick<Tenure, 'actUntil'>, now: number): boolean {
  return now < tenure.actUntil;
}

/**
 * Whether the node may speak on the call. A lease that could not be renewed while nobody else was there is no reason to
 * fall silent: the database is away for everybody. That it was asked and did not answer has to be known; a node that stood
 * still has asked nobody.
 */
export function mayAct(tenure: Tenure, now: number): boolean {
  return isFresh(tenure, now) || now < tenure.awayUntil;
}
