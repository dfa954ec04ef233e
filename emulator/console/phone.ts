import { pause } from '../../src/lib/deadline.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { CallWatcher } from '../demo/watcher.ts';
import type { EmulatedCall } from '../types.ts';
import { COMMANDS } from './options.ts';
import { readCommand } from './commands.ts';
import { floorOf, mayBegin } from './turn-taking.ts';

/**
 * How long it has to be quiet before a caller from a file speaks, ms: longer than the moment between the goodbye and
 * the hang-up, so that nobody talks into it by chance.
 */
const QUIET_MS = 900;
/** A caller from a file speaks after this long even if the agent has not finished, ms. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

export interface PhoneOptions {
  readonly call: EmulatedCall;
  readonly clock: Clock;
  readonly watcher: CallWatcher;
  /** Whether each line waits for its turn: lines of a file or pipe all come at once. */
  readonly polite: boolean;
  /** Writes for the person at the keyboard. */
  readonly tell: (text: string) => void;
}

/** The caller's telephone: does what the lines say, in order. */
export class Phone {
  readonly #options: PhoneOptions;
  #speaking = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: PhoneOptions) {
    this.#options = options;
  }

  /** Takes the next line; it is done when those before it are. */
  line(text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#do(text));
    return this.#last;
  }

  /** The input has ended: hangs up after the last line was answered. */
  endOfInput(): Promise<void> {
    return this.line('/quit');
  }

  /** Hangs up at once. */
  hangUp(): void {
    const { call, watcher } = this.#options;
    if (call.state === 'over') return;
    watcher.event('☎', '電話を切りました');
    call.hangUp();
  }

  /** The person has begun to write a sentence: the line hears a voice, unless the agent still speaks. */
  startsToWrite(): void {
    const { call } = this.#options;
    if (this.#speaking || call.state !== 'accepted' || !mayBegin(floorOf(call))) return;
    this.#speaking = true;
    call.startSpeaking();
  }

  async #do(text: string): Promise<void> {
    const { call, polite, tell } = this.#options;
    const command = readCommand(text);
    if (polite && command.kind !== 'nothing') await this.#turn();
    if (call.state === 'over') return;
    switch (command.kind) {
      case 'say':
        return this.#say(command.text);
      case 'press':
        return this.#press(command.key);
      case 'wait':
        return pause(this.#options.clock, command.seconds * 1_000);
      case 'quit':
        return this.hangUp();
      case 'help':
        return tell(COMMANDS);
      case 'unknown':
        return tell(`${command.text}?\n${COMMANDS}`);
      case 'nothing':
        // Who deleted what was begun has cleared the throat.
        if (this.#speaking) await this.#say('');
    }
  }

  async #say(text: string): Promise<void> {
    const { call, watcher } = this.#options;
    if (!(await this.#answered())) return;
    if (text !== '') watcher.callerSays(text);
    const begun = this.#speaking;
    this.#speaking = false;
    try {
      await (begun ? call.stopSpeaking(text) : call.say(text));
    } catch (error) {
      // Words that are still being spoken when the line goes dead reach nobody.
      if (!isOver(call)) throw error;
    }
  }

  async #press(key: string): Promise<void> {
    const { call, watcher } = this.#options;
    if (!(await this.#answered())) return;
    watcher.event('⌨', `${key} のボタンを押しました`);
    call.press(key);
  }

  /** Before the call is answered nobody is there to hear. @returns false when it never will be */
  async #answered(): Promise<boolean> {
    const { call, clock } = this.#options;
    while (call.state === 'ringing') await pause(clock, LOOK_MS);
    return call.state === 'accepted';
  }

  /** Waits until the agent has finished and it stays quiet for a moment, or the call is over. */
  async #turn(): Promise<void> {
    const { call, clock } = this.#options;
    const deadline = clock.monotonic() + PATIENCE_MS;
    let quietSince = clock.monotonic();
    while (call.state !== 'over' && clock.monotonic() < deadline) {
      if (!mayBegin(floorOf(call))) quietSince = clock.monotonic();
      if (clock.monotonic() - quietSince >= QUIET_MS) return;
      await pause(clock, LOOK_MS);
    }
  }
}

function isOver(call: EmulatedCall): boolean {
  return call.state === 'over';
}
