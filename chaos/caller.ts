import type { EmulatedCall, ModelItem } from '../emulator/index.ts';
import type { Person } from './applicants.ts';
import type { Chance } from './chance.ts';
import { LEAVE, NOTHING_ELSE, TAKEN } from './models.ts';
import { pause } from './node.ts';

/** Words of the scenario by which a caller knows that the conversation is over. */
const FAREWELL = '失礼いたします';

/** A caller who hears nothing for so long says it again, ms. Speech is a tenth as long as a person's. */
const REPEAT_MS = 3_500;
/** An agent that goes on speaking is waited for at most this long, ms. */
const LISTEN_MS = 4_000;
const LOOK_MS = 30;
/** A phone that rings for longer is not answered, ms. */
export const RING_MS = 25_000;
/** Nobody stays on the line for longer, ms. */
const PATIENCE_MS = 90_000;
/** What wants an answer, or is the goodbye. */
const ASKS = /か。|ください|お願い|失礼いたします/u;
/** The same question so many times in a row is answered; then a person thanks and rings off. */
const PATIENT_TIMES = 12;
/** What the agent has to say for the goodbye, and the hang-up after it, ms. */
const GOODBYE_MS = 15_000;

export type Errand =
  | { readonly kind: 'messages'; readonly caller: string; readonly count: number }
  | { readonly kind: 'attendance'; readonly person: Person };

/** A call that was placed, and how it went for the person who made it. */
export interface Placed {
  readonly call: EmulatedCall;
  readonly errand: Errand;
  /** Monotonic ms. */
  readonly rangAt: number;
  /** Monotonic ms at which the caller had hung up; infinite until then. */
  overAt: number;
  /** The conversation as the model last saw it. */
  items: readonly ModelItem[];
  /** `done`: helped, and said goodbye to. `unhelped`: said goodbye to, and nothing came of it. `gave_up`: nothing sensible was said any more. `lost`: it was over before. */
  outcome: 'ringing' | 'talking' | 'done' | 'unhelped' | 'gave_up' | 'lost' | 'not_answered';
}

/** Talks until the errand is done; resolves when the call is over or the caller gives up. */
export async function talk(placed: Placed, chance: Chance): Promise<void> {
  await conversation(placed, chance);
  placed.overAt = performance.now();
}

async function conversation(placed: Placed, chance: Chance): Promise<void> {
  const { call } = placed;
  const ear = new Ear(call);
  // Whoever is spoken to answers, greeted or not: whether they were is judged afterwards.
  if (!(await ear.anything(RING_MS))) {
    placed.outcome = call.state === 'over' ? 'lost' : 'not_answered';
    call.hangUp();
    return;
  }
  placed.outcome = 'talking';
  const end = performance.now() + PATIENCE_MS;
  const errand =
    placed.errand.kind === 'messages' ? leaves(placed.errand.count) : attends(placed.errand.person);
  let saying = errand.opening;
  while (!isOver(call) && performance.now() < end) {
    await pause(chance.between(80, 500));
    await ear.quiet();
    if (isOver(call)) break;
    await call.say(saying);
    let reply = await ear.next(REPEAT_MS);
    if (reply !== null && errand.expectsMore(reply)) reply = (await ear.next(REPEAT_MS)) ?? reply;
    if (reply === null) continue;
    if (reply.includes(FAREWELL)) {
      // Words over the goodbye may have called it off: then they are asked for again.
      const more = await ear.afterGoodbye();
      if (more === null) break;
      reply = more;
    }
    saying = errand.answer(reply);
  }
  // Who has heard the goodbye may hang up, too.
  if (!ear.last.includes(FAREWELL)) placed.outcome = isOver(call) ? 'lost' : 'gave_up';
  else placed.outcome = errand.content ? 'done' : 'unhelped';
  call.hangUp();
}

/** Hears the first sentence and hangs up. */
export async function listenAndLeave(placed: Placed): Promise<void> {
  const { call } = placed;
  const heard = await new Ear(call).anything(RING_MS);
  placed.outcome = heard ? 'done' : call.state === 'over' ? 'lost' : 'not_answered';
  call.hangUp();
  placed.overAt = performance.now();
}

function isOver({ state }: EmulatedCall): boolean {
  return state === 'over';
}

interface Talker {
  readonly opening: string;
  /** Whether the errand was said to be done, or at least passed on to the team. */
  readonly content: boolean;
  /** Whether the agent has said something that asks for nothing: it is at work on it. */
  expectsMore(heard: string): boolean;
  /** What to say to the last sentence that was heard. */
  answer(heard: string): string;
}

/** Leaves messages one by one; each again until it was said to be taken. */
function leaves(count: number): Talker {
  let number = 1;
  const line = (): string => (number > count ? NOTHING_ELSE : `伝言${number}番をお願いします。`);
  return {
    opening: line(),
    get content() {
      return number > count;
    },
    expectsMore: () => false,
    answer: (heard) => {
      if (heard.includes(TAKEN) && Number(LEAVE.exec(heard)?.[1]) === number) number += 1;
      return line();
    },
  };
}

/** Says that they come. */
function attends({ code }: Person): Talker {
  const all = `見本大学の山田太郎と申します。予約番号${code}です。説明会に出席します。`;
  let done = false;
  let last = '';
  let times = 0;
  return {
    opening: all,
    get content() {
      return done;
    },
    expectsMore: (heard) => !ASKS.test(heard),
    answer: (heard) => {
      if (heard.includes('出席を承り') || heard.includes('申し伝えます')) done = true;
      times = heard === last ? times + 1 : 1;
      last = heard;
      if (heard.includes('ほかにご用件') || done || times > PATIENT_TIMES)
        return '大丈夫です。ありがとうございました。';
      if (heard.includes('よろしいでしょうか') || heard.includes('はい、か、いいえ'))
        return 'はい、お願いします。';
      if (heard.includes('予約番号')) return `${code}です。`;
      if (heard.includes('お名前')) return '山田太郎です。';
      if (heard.includes('大学')) return '見本大学です。';
      return all;
    },
  };
}

/** Hears what the agent says. */
class Ear {
  readonly #call: EmulatedCall;
  #at = 0;

  constructor(call: EmulatedCall) {
    this.#call = call;
  }

  get last(): string {
    return this.#call.heard.at(-1)?.text ?? '';
  }

  /** Waits until the agent has said something. */
  async anything(ms: number): Promise<boolean> {
    await this.#until(() => this.#call.heard.length > 0, ms);
    this.#at = this.#call.heard.length;
    return this.#at > 0;
  }

  /** The last of what is said next, or null when nothing is. */
  async next(ms: number): Promise<string | null> {
    await this.#until(() => this.#call.heard.length > this.#at, ms);
    await this.quiet();
    if (this.#call.heard.length === this.#at) return null;
    this.#at = this.#call.heard.length;
    return this.last;
  }

  /** Waits until the agent has finished. */
  async quiet(): Promise<void> {
    // An agent who goes on and on is spoken over.
    await this.#call.quiet(LISTEN_MS).catch(() => undefined);
  }

  /** What is said after a goodbye that is no further goodbye, or null when nothing is before the call is over. */
  async afterGoodbye(): Promise<string | null> {
    for (;;) {
      const more = await this.next(GOODBYE_MS);
      if (more === null || isOver(this.#call)) return null;
      if (!more.includes(FAREWELL)) return more;
    }
  }

  async #until(condition: () => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!condition() && this.#call.state !== 'over' && performance.now() < deadline) await pause(LOOK_MS);
  }
}
