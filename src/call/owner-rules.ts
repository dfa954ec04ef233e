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
export const HONEST_MS = 2_000;

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
  /** Whether somebody else could take the call: other nodes were there when last asked. */
  readonly contested: boolean;
  /** Until when it is known that the store is away. */
  readonly awayUntil: number;
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
  return isFresh(tenure, now) || (!tenure.contested && now < tenure.awayUntil);
}
