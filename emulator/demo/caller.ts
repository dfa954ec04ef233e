import type { Clock } from '../../src/lib/clock.ts';
import { pause } from '../../src/lib/deadline.ts';
import type { CallStore } from '../../src/store/ports.ts';
import type { EmulatedCall } from '../types.ts';
import type { CallWatcher } from './watcher.ts';

/** A moment to think before the caller answers, ms of the clock. */
const THINK_MS = 500;
/** How often a condition is looked at again, ms of the clock. */
const LOOK_MS = 50;
/** Nothing that is waited for takes longer on the telephone, ms of the clock. */
const PATIENCE_MS = 60_000;
/** A cut in the middle of a sentence comes this long after its beginning, ms of the clock. */
const INTO_SENTENCE_MS = 3_000;

/** The demo cannot go on: what was expected did not happen. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}

export interface CallerOptions {
  readonly call: EmulatedCall;
  readonly clock: Clock;
  readonly watcher: CallWatcher;
  readonly store: CallStore;
}

/** The person who calls, and the bad luck of the network. */
export class Caller {
  readonly #options: CallerOptions;
  #heard = 0;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /**
   * Listens until a sentence with these words has been heard to its end, then thinks for a moment.
   *
   * @throws DemoFailure when it is not said
   */
  async hears(words: string): Promise<void> {
    const { call, clock } = this.#options;
    await this.#until(`the agent says 「${words}」`, () => {
      const index = call.heard.findIndex(
        ({ text, cut }, at) => at >= this.#heard && !cut && text.includes(words),
      );
      if (index < 0) return false;
      this.#heard = index + 1;
      return true;
    });
    await pause(clock, THINK_MS);
  }

  async says(text: string): Promise<void> {
    const { call, watcher } = this.#options;
    watcher.callerSays(text);
    await call.say(text);
  }

  presses(key: string): void {
    const { call, watcher } = this.#options;
    watcher.event('⌨', `応募者が ${key} のボタンを押しました`);
    call.press(key);
  }

  /** Says nothing, and lets the reader know. */
  staysSilent(): void {
    this.#options.watcher.event('…', '応募者は黙っています');
  }

  hangsUp(): void {
    const { call, watcher } = this.#options;
    watcher.event('☎', '応募者が電話を切りました');
    call.hangUp();
  }

  /** Breaks the sideband while the agent says the sentence after this moment. */
  async losesSidebandInNextSentence(): Promise<void> {
    const { call, clock, watcher } = this.#options;
    const before = sentencesBegun(call);
    await this.#until('the agent begins to speak', () => sentencesBegun(call) > before);
    await pause(clock, INTO_SENTENCE_MS);
    watcher.event('⚡', '監視回線が切れました (発話の途中)');
    call.cutSideband();
  }

  /**
   * Breaks the sideband between a function call and its output: from the call on nothing is read there any more, and
   * when the service has run the tool, the line breaks.
   */
  async losesSidebandDuring(tool: string): Promise<void> {
    const { call, store, watcher } = this.#options;
    await call.waitFor(
      ({ event }) => event.type === 'response.function_call_arguments.done' && event.name === tool,
      PATIENCE_MS,
    );
    call.freezeSideband();
    await this.#until(`${tool} is in the ledger`, async () => {
      const rows = await store.listToolCalls(call.id);
      return rows.some(({ name, status }) => name === tool && status !== 'running');
    });
    watcher.event('⚡', `監視回線が切れました (${tool} の結果が届く前)`);
    call.cutSideband();
  }

  /** Waits until the line is dead. */
  async ended(): Promise<void> {
    await this.#until('the call ends', () => this.#options.call.state === 'over');
  }

  async #until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const { call, clock } = this.#options;
    const deadline = clock.monotonic() + PATIENCE_MS;
    while (!(await condition())) {
      if (call.state === 'over') throw new DemoFailure(`expected that ${what}, but the call is over`);
      if (clock.monotonic() > deadline) {
        const last = call.heard.at(-1)?.text ?? 'nothing';
        throw new DemoFailure(`expected that ${what}, within ${PATIENCE_MS / 1_000} s; heard last: ${last}`);
      }
      await pause(clock, LOOK_MS);
    }
  }
}

function sentencesBegun(call: EmulatedCall): number {
  return call.wire.filter(({ event }) => event.type === 'output_audio_buffer.started').length;
}
