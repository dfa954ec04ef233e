import {
  INITIAL,
  type CallEvent,
  type Conversation,
  type ConversationRules,
  type Effect,
} from './conversation.ts';
import { step } from './state.ts';

/** What a conversation needs around it. */
export interface LoopOwner {
  /** The conversation came to another phase: how far it is has to be kept. */
  moved(): void;
  apply(effect: Effect): void;
  /** A step or an effect threw: a defect of ours. */
  crashed(error: unknown): void;
}

/** Takes the events of one conversation one by one: a step always sees the state that its predecessor left. */
export class ConversationLoop {
  readonly #rules: ConversationRules;
  readonly #owner: LoopOwner;
  /** Events that an effect causes wait here for their turn. */
  readonly #pending: CallEvent[] = [];
  #state: Conversation = INITIAL;
  #running = false;

  constructor(rules: ConversationRules, owner: LoopOwner) {
    this.#rules = rules;
    this.#owner = owner;
  }

  get state(): Conversation {
    return this.#state;
  }

  /** Goes on from what another owner left, or leaves the conversation at once. Causes no effects. */
  set(change: Partial<Conversation>): void {
    this.#state = { ...this.#state, ...change };
  }

  dispatch(event: CallEvent): void {
    this.#pending.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
        this.#take(next);
      this.#running = false;
    } catch (error) {
      this.#running = false;
      this.#owner.crashed(error);
    }
  }

  #take(event: CallEvent): void {
    const { phase, transfer } = this.#state;
    const { state, effects } = step(this.#state, event, this.#rules);
    this.#state = state;
    if (state.phase !== phase || state.transfer?.stage !== transfer?.stage) this.#owner.moved();
    for (const effect of effects) this.#owner.apply(effect);
  }
}
