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

  hangsUp(): void {
    const { call, watcher } = this.#options;
    watcher.event('☎', '応募者が電話を切りました');
    call.hangUp();
  }

  /**
   * Breaks the sideband between a function call and its output: from the call on nothing is read there any more, and
   * when the service has run the tool, the line breaks.
   *
   * @param count the how-manieth call of this tool
   */
  async losesSidebandDuring(tool: string, count: number): Promise<void> {
    const { call, store, watcher } = this.#options;
    const seen = new Set<string>();
    await call.waitFor(({ event }) => {
      if (event.type !== 'response.function_call_arguments.done' || event.name !== tool) return false;
      seen.add(event.call_id);
      return seen.size >= count;
    }, PATIENCE_MS);
    call.freezeSideband();
    await this.#until(`${tool} is in the ledger ${count} times`, async () => {
      const rows = await store.listToolCalls(call.id);
      return rows.filter(({ name, status }) => name === tool && status !== 'running').length >= count;
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
