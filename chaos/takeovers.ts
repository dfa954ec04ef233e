import type { EmulatedCall } from '../emulator/index.ts';
import type { House } from './house.ts';
import type { Breach } from './oracle.ts';

/** A call that nobody has taken by then is lost, ms. */
const GIVEN_UP_MS = 30_000;

/** Measures how long calls wait for their next owner. */
export class Takeovers {
  readonly samples: number[] = [];
  /** Those during which no other owner was taken away: the next owner of a call may be the next to die. */
  readonly undisturbed: number[] = [];
  #losses = 0;
  readonly breaches: Breach[] = [];
  readonly #calls: (callId: string) => EmulatedCall | undefined;
  readonly #watching: Promise<void>[] = [];

  constructor(house: House) {
    this.#calls = (callId) => house.emulator.calls.find(({ id }) => id === callId);
  }

  /** Their owner is gone since `at`: waits for the first thing that another one does on a sideband of its own. */
  watch(callIds: readonly string[], at: number): void {
    this.#losses += 1;
    for (const callId of callIds) {
      const call = this.#calls(callId);
      if (call?.state === 'accepted') this.#watching.push(this.#one(call, at, call.connections));
    }
  }

  /** Resolves when every call that was watched has an owner, or is over. */
  async done(): Promise<void> {
    await Promise.all(this.#watching);
  }

  async #one(call: EmulatedCall, at: number, connections: number): Promise<void> {
    const losses = this.#losses;
    const taken = call.waitFor(
      ({ direction, connection }) => direction === 'received' && connection > connections,
      GIVEN_UP_MS,
    );
    // Whichever comes first: callers also hang up, and say goodbye, while nobody serves them.
    const over = call.ended(GIVEN_UP_MS).then(() => null);
    try {
      const entry = await Promise.any([taken, over]);
      if (entry === null) return;
      this.samples.push(entry.at - at);
      if (losses === this.#losses) this.undisturbed.push(entry.at - at);
    } catch {
      const words = `nobody took the call over within ${GIVEN_UP_MS / 1_000} s`;
      this.breaches.push({ invariant: 'takeover', where: call.id, words });
    }
  }
}
