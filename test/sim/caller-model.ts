import type { Caller, Intent } from './caller.ts';
import type { Chance } from './chance.ts';
import type { Scheduler, Task } from './scheduler.ts';

/** What a session hears of its caller. */
export interface CallerVoice {
  speechStarted(item: string): void;
  speechStopped(item: string, intent: Intent): void;
  transcribed(item: string, text: string): void;
  key(key: string): void;
}

export interface CallerParts {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly caller: Caller;
  hangUp(why: string): void;
}

/** Somebody who hears nothing asks again after this, ms, and hangs up when that was in vain this often. */
const IMPATIENCE_MS = 9_000;
const MAX_IN_VAIN = 3;
/** From one key to the next, ms. */
const KEY_MS = 150;

/** The caller's side of a conversation: speaks when the agent has spoken, asks when it has not. */
export class CallerModel {
  readonly #parts: CallerParts;
  readonly #voice: CallerVoice;
  #turn = 0;
  #items = 0;
  #inVain = 0;
  #begun = false;
  #over = false;
  #speaking = false;
  #next: Task | null = null;

  constructor(parts: CallerParts, voice: CallerVoice) {
    this.#parts = parts;
    this.#voice = voice;
  }

  /** The line is up. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { hangsUpAfterMs } = this.#parts.caller;
    if (hangsUpAfterMs !== null) this.#after(hangsUpAfterMs, () => this.#parts.hangUp('caller hung up'));
    this.#wait(IMPATIENCE_MS);
  }

  /** The agent has spoken. */
  heard(): void {
    if (this.#over || this.#speaking) return;
    this.#inVain = 0;
    this.#wait(this.#parts.chance.integer(100, 900));
  }

  stop(): void {
    this.#over = true;
    this.#next?.cancel();
  }

  #wait(ms: number): void {
    this.#next?.cancel();
    this.#next = this.#after(ms, () => this.#act());
  }

  #act(): void {
    const { caller, chance } = this.#parts;
    const intent = caller.turns[this.#turn];
    if (this.#inVain >= MAX_IN_VAIN && caller.leaving !== 'silent')
      return this.#parts.hangUp('caller hung up: nobody answers');
    this.#inVain += 1;
    if (intent === undefined && this.#inVain === 1) {
      if (caller.leaving === 'silent') return;
      if (caller.leaving === 'hangs_up')
        return void this.#after(chance.integer(200, 2_000), () => this.#parts.hangUp('caller hung up'));
    }
    if (this.#turn === caller.keysAfterTurn) this.#press();
    this.#turn += 1;
    const isRepeat = caller.leaving === 'lets_end' ? 'end_call' : 'chat';
    this.#speak(intent ?? isRepeat);
  }

  #press(): void {
    for (const [index, key] of ['1', '#'].entries()) this.#after(index * KEY_MS, () => this.#voice.key(key));
  }

  #speak(intent: Intent): void {
    const { chance } = this.#parts;
    this.#items += 1;
    const item = `item_${this.#items}`;
    this.#speaking = true;
    this.#voice.speechStarted(item);
    this.#after(chance.integer(300, 1_200), () => {
      this.#speaking = false;
      this.#voice.speechStopped(item, intent);
      this.#after(chance.integer(50, 800), () => this.#voice.transcribed(item, 'お願いします'));
      this.#wait(IMPATIENCE_MS);
    });
  }

  #after(ms: number, run: () => void): Task {
    return this.#parts.scheduler.after(
      ms,
      () => {
        if (!this.#over) run();
      },
      false,
    );
  }
}
