import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../errors.ts';
import type { CallFields, CallState, CallStore, NoticeProof } from '../store/ports.ts';

export interface RowServices {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly log: Log;
}

const BEFORE_ENDING: readonly CallState[] = ['claimed', 'accepting', 'accepted', 'live'];

/**
 * Keeps the row of one call up to date, off the conversation's path: the talk never waits for these writes, and a
 * store that is away does not end it. The final state is stored by the manager, which insists.
 */
export class CallRow {
  readonly #services: RowServices;
  readonly #callId: string;
  readonly #epoch: number;
  #ending = false;
  /** Writes go one after another: the store may serve two at once in either order. */
  #last: Promise<void> = Promise.resolve();

  constructor(services: RowServices, callId: string, epoch: number) {
    this.#services = services;
    this.#callId = callId;
    this.#epoch = epoch;
  }

  /** @returns resolves when it is stored, or has failed */
  live(noticeVersion: string): Promise<void> {
    const now = this.#services.clock.now();
    this.#move(BEFORE_ENDING, 'live', { acceptedAt: now, liveAt: now, noticeVersion });
    return this.#last;
  }

  ending(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#move(BEFORE_ENDING, 'ending');
  }

  /** A goodbye was called off. */
  resumed(): void {
    this.#ending = false;
    this.#move(['ending'], 'live');
  }

  notice(proof: NoticeProof): void {
    const fields: CallFields =
      proof === 'played'
        ? { noticeProof: proof, noticePlayedAt: this.#services.clock.now() }
        : { noticeProof: proof };
    this.#write('notice', () => this.#services.store.setCallFields(this.#callId, this.#epoch, fields));
  }

  /** Resolves when every write so far is done, or has failed and was logged. */
  settled(): Promise<void> {
    return this.#last;
  }

  #move(from: readonly CallState[], to: CallState, fields?: CallFields): void {
    this.#write(to, () => this.#services.store.transition(this.#callId, this.#epoch, from, to, fields));
  }

  #write(what: string, write: () => Promise<boolean>): void {
    this.#last = this.#last.then(() => this.#tell(what, write));
  }

  async #tell(what: string, write: () => Promise<boolean>): Promise<void> {
    const { log } = this.#services;
    const fields = { call_id: this.#callId, what };
    try {
      if (!(await write())) log.debug(fields, 'Call row not changed: it has moved on, or has another owner');
    } catch (error) {
      log.error({ ...fields, reason: describeError(error) }, 'Call row not stored');
    }
  }
}
