import type { SeatLimits, SeatRefusal } from '../../src/store/ports.ts';
import type { Failure } from './invariants.ts';
import { isOpen } from './store-model/call-states.ts';
import type { CallRow } from './store-model/tables.ts';

/** A call that is over gives its place back within this, while somebody can see to it, ms. */
const BACK_MS = 15_000;

interface Cap {
  readonly limit: keyof SeatLimits;
  readonly refusal: SeatRefusal;
  /** Whom it is for; null: not for this call. */
  readonly key: (row: CallRow) => string | null;
  /** Whether a call that has a place takes one of these. */
  readonly counts: (row: CallRow) => boolean;
}

/** A world is shorter than an hour. */
const CAPS: readonly Cap[] = [
  { limit: 'fleet', refusal: 'fleet_full', key: () => 'all', counts: isOpen },
  { limit: 'perNumber', refusal: 'number_full', key: ({ dialledNumber }) => dialledNumber, counts: isOpen },
  { limit: 'perCaller', refusal: 'caller_busy', key: ({ callerNumber }) => callerNumber, counts: isOpen },
  {
    limit: 'perCallerAndHour',
    refusal: 'too_many_calls',
    key: ({ callerNumber }) => callerNumber,
    counts: ({ state }) => state !== 'rejected',
  },
];

/** The places that calls take under the limits of a world: never more than there are, and none is lost. */
export class Places {
  readonly #limits: SeatLimits;
  readonly #rows: () => Iterable<CallRow>;
  /** Whether anything is limited: without limits there is nothing to look at. */
  readonly limited: boolean;
  /** Calls that OpenAI accepted: they take a place, whatever their rows say. */
  readonly #accepted = new Set<string>();
  readonly #overSince = new Map<string, number>();

  constructor(limits: SeatLimits, rows: () => Iterable<CallRow>) {
    this.#limits = limits;
    this.#rows = rows;
    this.limited = Object.values(limits).some((limit) => limit > 0);
  }

  accepted(callId: string): void {
    this.#accepted.add(callId);
  }

  over(callId: string, now: number): void {
    this.#overSince.set(callId, now);
  }

  /** More calls than there are places for; null: none. */
  overfull(): Failure | null {
    const rows = [...this.#rows()];
    for (const cap of CAPS) {
      const limit = this.#limits[cap.limit];
      if (limit === 0) continue;
      for (const row of rows) {
        const taken = this.#taken(cap, row, rows);
        if (taken > limit) return { name: 'capacity', detail: `${cap.limit}: ${taken} calls, of ${limit}` };
      }
    }
    return null;
  }

  /** A call that was told that there is no place, though there was one; null: there was none. */
  wronglyRefused(row: CallRow): Failure | null {
    const cap = CAPS.find(({ refusal }) => refusal === row.seatRefusal);
    if (cap === undefined) return null;
    const taken = this.#taken(cap, row, [...this.#rows()]);
    const limit = this.#limits[cap.limit];
    if (limit > 0 && taken >= limit) return null;
    return { name: 'place', detail: `${row.callId}: ${cap.refusal}, and only ${taken} were there` };
  }

  /**
   * A place that is kept for a call that is over; null: none is.
   *
   * @param since when somebody could see to it, without a break
   */
  kept(since: number, now: number): Failure | null {
    for (const row of this.#rows()) {
      const over = this.#overSince.get(row.callId);
      if (!isOpen(row) || row.seatRefusal !== null || over === undefined) continue;
      if (now - Math.max(over, since) > BACK_MS)
        return { name: 'place', detail: `${row.callId} is over and keeps its place for ${BACK_MS} ms` };
    }
    return null;
  }

  #taken(cap: Cap, row: CallRow, rows: readonly CallRow[]): number {
    const key = cap.key(row);
    if (key === null) return 0;
    return rows.filter(
      (one) =>
        cap.key(one) === key &&
        cap.counts(one) &&
        (one.seatRefusal === null || this.#accepted.has(one.callId)),
    ).length;
  }
}
