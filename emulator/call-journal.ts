import { isObject } from './schema.ts';
import type { Delivery, RestEntry, RestOperation, WireEntry } from './types.ts';
import { Waits } from './waits.ts';

/** How many of the last messages a wait that failed tells of. */
const SEEN = 30;

/** Everything that was seen of one call, and waits for what will be. */
export class CallJournal {
  readonly wire: WireEntry[] = [];
  readonly rest: RestEntry[] = [];
  readonly deliveries: Delivery[] = [];
  readonly heard: { text: string; cut: boolean; responseId: string }[] = [];
  readonly warnings: string[] = [];

  readonly #waits = new Waits();
  readonly #claimed = new Set<WireEntry>();

  /** Something has changed that is not written down here. */
  poke(): void {
    this.#waits.poke();
  }

  noteWire(entry: WireEntry): void {
    this.wire.push(entry);
    this.#waits.poke();
  }

  noteRest(entry: RestEntry): void {
    this.rest.push(entry);
    this.#waits.poke();
  }

  noteDelivery(delivery: Delivery): void {
    this.deliveries.push(delivery);
    this.#waits.poke();
  }

  /** The telephone's format is negotiated by SDP; another one is heard as noise or not at all. */
  noteFormats(asked: unknown): void {
    const audio = isObject(asked) ? asked['audio'] : null;
    if (!isObject(audio)) return;
    for (const side of ['input', 'output']) {
      const part = audio[side];
      if (isObject(part) && Object.hasOwn(part, 'format')) {
        this.warnings.push(`session.audio.${side}.format was set on a SIP call`);
      }
    }
  }

  waitFor(match: (entry: WireEntry) => boolean, timeoutMs?: number): Promise<WireEntry> {
    const probe = (): WireEntry | null => {
      const found = this.wire.find((entry) => !this.#claimed.has(entry) && match(entry)) ?? null;
      if (found !== null) this.#claimed.add(found);
      return found;
    };
    return this.#waits.until(probe, () => this.#seen(), timeoutMs);
  }

  waitForRest(operation: RestOperation, count = 1, timeoutMs?: number): Promise<RestEntry> {
    const probe = (): RestEntry | null =>
      this.rest.filter((entry) => entry.operation === operation)[count - 1] ?? null;
    const seen = (): string => this.rest.map((entry) => `${entry.operation} ${entry.status}`).join(', ');
    return this.#waits.until(probe, seen, timeoutMs);
  }

  async until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    await this.#waits.until(
      () => (condition() ? true : null),
      () => this.#seen(),
      timeoutMs,
    );
  }

  #seen(): string {
    const last = this.wire.slice(-SEEN).map(({ direction, event }) => {
      return `${direction === 'sent' ? '→' : '←'} ${event.type}`;
    });
    return last.length === 0 ? 'nothing' : last.join(', ');
  }
}
