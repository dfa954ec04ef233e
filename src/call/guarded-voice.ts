import type { Log } from '../lib/log.ts';

export interface VoiceOwner {
  readonly callId: string;
  /** Whether this node may act on the call at this moment. */
  mayAct(): boolean;
  /** Puts an event on the sideband. */
  deliver(event: string): boolean;
}

/** Every event that a call sends passes here: a call that may be another node's is not spoken to. */
export class GuardedVoice {
  readonly #owner: VoiceOwner;
  readonly #log: Log;
  /** Events for later, while it is open whose call this is; null: it is ours. */
  #withheld: string[] | null = null;

  constructor(owner: VoiceOwner, log: Log) {
    this.#owner = owner;
    this.#log = log;
  }

  /** @returns false when it was not sent */
  send(event: string): boolean {
    if (this.#owner.mayAct()) return this.#owner.deliver(event);
    if (this.#withheld === null) {
      this.#withheld = [];
      this.#log.warn(
        { call_id: this.#owner.callId },
        'The lease may have lapsed: nothing is said until it is renewed',
      );
    }
    return false;
  }

  /** Sends now, or when it is certain again whose call this is. */
  sendLater(event: string): void {
    if (!this.send(event)) this.#withheld?.push(event);
  }

  /** It is certain: what was withheld goes out. @returns whether anything may have been withheld */
  regained(): boolean {
    const events = this.#withheld;
    this.#withheld = null;
    for (const event of events ?? []) this.sendLater(event);
    return events !== null;
  }
}
