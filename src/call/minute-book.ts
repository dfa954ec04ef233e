import type { Recorder } from '../audit/recorder.ts';
import type { Owned, TurnRecord, UsageRecord } from '../store/ports.ts';

/** Where the minutes of one call go: to the recorder, or, while it is open who owns the call, on hold. */
export class MinuteBook implements Pick<Recorder, 'turn' | 'usage'> {
  readonly #recorder: Recorder;
  #held: { readonly turns: Owned<TurnRecord>[]; readonly usage: Owned<UsageRecord>[] } | null = null;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  turn(turn: Owned<TurnRecord>): void {
    if (this.#held === null) this.#recorder.turn(turn);
    else this.#held.turns.push(turn);
  }

  usage(usage: Owned<UsageRecord>): void {
    if (this.#held === null) this.#recorder.usage(usage);
    else this.#held.usage.push(usage);
  }

  /** The call was let go of: what is heard from now on is stored in the next owner's epoch, when that is known. */
  hold(): void {
    this.#held ??= { turns: [], usage: [] };
  }

  /** Stores what was held, in this epoch. */
  passOn(epoch: number): void {
    const held = this.#held;
    this.#held = null;
    for (const turn of held?.turns ?? []) this.#recorder.turn({ ...turn, epoch });
    for (const usage of held?.usage ?? []) this.#recorder.usage({ ...usage, epoch });
  }
}
