import type { Clock } from '../lib/clock.ts';

/** Wrong keys that one address may present at once; a client that was set up wrongly repeats itself. */
const BURST = 10;
/** Ms in which one more is allowed. */
const REFILL_MS = 6_000;
/** Wrong keys from everywhere: each costs a look into the store, which has calls to serve. */
const TOTAL_BURST = 100;
const TOTAL_REFILL_MS = 50;
/** Addresses that are remembered. The oldest is forgotten first. */
const MAX_ADDRESSES = 10_000;
/** Keys that were good lately: those are looked up whatever goes on around them. */
const MAX_KNOWN = 1_000;

interface Bucket {
  left: number;
  at: number;
}

/**
 * Slows down who presents wrong keys, without ever shutting out who has a right one: a key that was good in this process
 * is looked up always, and any other after a wait that is named.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Bucket>();
  readonly #all: Bucket;
  readonly #good = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = { left: TOTAL_BURST, at: clock.monotonic() };
  }

  /** Ms until a key from this address is looked up; 0: now. @param hash of the key */
  waitMs(address: string, hash: string): number {
    if (this.#good.has(hash)) return 0;
    const own = this.#addresses.get(network(address));
    const ownWait = own === undefined ? 0 : this.#wait(own, BURST, REFILL_MS);
    return Math.max(ownWait, this.#wait(this.#all, TOTAL_BURST, TOTAL_REFILL_MS));
  }

  failed(address: string, hash: string): void {
    this.#good.delete(hash);
    this.#all.left -= 1;
    const key = network(address);
    const bucket = this.#addresses.get(key) ?? { left: BURST, at: this.#clock.monotonic() };
    bucket.left -= 1;
    this.#addresses.delete(key);
    this.#addresses.set(key, bucket);
    if (this.#addresses.size > MAX_ADDRESSES) forgetFirst(this.#addresses);
  }

  succeeded(hash: string): void {
    this.#good.delete(hash);
    this.#good.add(hash);
    if (this.#good.size > MAX_KNOWN) forgetFirst(this.#good);
  }

  #wait(bucket: Bucket, burst: number, refillMs: number): number {
    const now = this.#clock.monotonic();
    bucket.left = Math.min(burst, bucket.left + (now - bucket.at) / refillMs);
    bucket.at = now;
    return bucket.left >= 1 ? 0 : Math.ceil((1 - bucket.left) * refillMs);
  }
}

/** Who has one IPv6 address has the 2^64 beside it. */
function network(address: string): string {
  return address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address;
}

function forgetFirst(collection: Map<string, unknown> | Set<string>): void {
  for (const first of collection.keys()) {
    collection.delete(first);
    return;
  }
}
