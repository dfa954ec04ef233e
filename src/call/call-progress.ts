import { pause } from '../lib/deadline.ts';
import type { CallSeat } from '../store/ports.ts';
import type { CallCase } from '../tools/call-case.ts';
import type { Conversation } from './conversation.ts';
import type { CallServices } from './services.ts';
import { writeProgress } from './takeover-progress.ts';

/** A slow store keeps an answer waiting for this long at most, ms: the caller waits for it, too. */
const KEEP_MS = 500;

/** Has it stored how far one call has come, for whoever goes on with it. */
export class CallProgress {
  readonly #services: Pick<CallServices, 'recorder' | 'clock'>;
  readonly #call: CallSeat & { readonly callCase: CallCase };
  readonly #state: () => Conversation;
  /** The case as it was stored last. */
  #stored = '';
  /** The conversation as it is left to the next owner. */
  #left: Conversation | null = null;

  constructor(
    services: Pick<CallServices, 'recorder' | 'clock'>,
    call: CallSeat & { readonly callCase: CallCase },
    state: () => Conversation,
  ) {
    this.#services = services;
    this.#call = call;
    this.#state = state;
  }

  /** It is stored with the next batch of the recorder. */
  keep(): void {
    const { callId, epoch, callCase } = this.#call;
    const body = writeProgress(this.#lasting, callCase);
    if (body !== null) this.#services.recorder.progress({ callId, epoch, body });
  }

  /** Stores what the call has established, and waits for it; nothing when it is what was stored last. */
  async keepCase(): Promise<void> {
    const { recorder, clock } = this.#services;
    const established = JSON.stringify(writeProgress(this.#lasting, this.#call.callCase)?.case ?? null);
    if (established === this.#stored) return;
    this.keep();
    const stored = await Promise.race([recorder.flush(), pause(clock, KEEP_MS).then(() => false)]);
    if (stored) this.#stored = established;
  }

  /** The call is let go of after this: what is still established here is stored for the next owner, too. */
  bequeath(): void {
    this.#left = this.#state();
    this.keep();
  }

  /** Keys of an entry that is not complete are left out until somebody else has to complete it: here they may be acted on. */
  get #lasting(): Conversation {
    return this.#left ?? { ...this.#state(), keys: '' };
  }
}
