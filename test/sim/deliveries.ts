import type { RingingCall } from '../../src/call/reception.ts';
import type { Caller } from './caller.ts';
import type { Chance } from './chance.ts';
import type { Fleet, Machine } from './fleet.ts';
import { WALL } from './host.ts';
import type { Scheduler } from './scheduler.ts';

/** A delivery that was not taken is sent again after these waits, ms. */
const RETRIES_MS: readonly number[] = [700, 1_500, 3_000, 6_000, 12_000, 30_000];
/** An answer that does not come by then is none, ms. */
const ANSWER_MS = 5_000;
/** Longest way to a process or back, ms. */
const WAY_MS = 40;

/** The webhooks of OpenAI: at least once, in any order, to whichever process is reached. */
export class Deliveries {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #fleet: Fleet;
  readonly #note: (what: string) => void;
  #open = 0;

  constructor(parts: { scheduler: Scheduler; chance: Chance; fleet: Fleet; note: (what: string) => void }) {
    this.#scheduler = parts.scheduler;
    this.#chance = parts.chance;
    this.#fleet = parts.fleet;
    this.#note = parts.note;
  }

  /** Whether something is still to be delivered. */
  get pending(): boolean {
    return this.#open > 0;
  }

  /** Tells of a ringing call: mostly once, now and then several times at once, or under another id. */
  announce(callId: string, caller: Caller): void {
    const createdAt = WALL + this.#scheduler.now;
    const copies = this.#chance.happens(0.3) ? this.#chance.integer(2, 4) : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const webhookId = `wh_${callId}${copy > 0 && this.#chance.happens(0.5) ? `_${copy}` : ''}`;
      this.#open += 1;
      this.#deliver(ringing(callId, webhookId, createdAt, caller), 0);
    }
  }

  #deliver(call: RingingCall, attempt: number): void {
    const machine = this.#chance.pick(this.#fleet.machines);
    const { host, node } = machine;
    const again = (why: string): void => {
      this.#note(`${call.webhookId} to ${host.name}: ${why}`);
      const wait = RETRIES_MS[attempt];
      if (wait === undefined) this.#open -= 1;
      else this.#scheduler.after(wait, () => this.#deliver(call, attempt + 1), false);
    };
    if (!host.alive || node.closed) return again('refused');
    let answered = false;
    const settle = (status: number | null): void => {
      if (answered) return;
      answered = true;
      if (status === 200) this.#open -= 1;
      else again(status === null ? 'no answer' : `answered ${status}`);
    };
    this.#scheduler.after(ANSWER_MS, () => settle(null), false);
    host.post(this.#way(), `webhook ${call.webhookId}`, () => void this.#serve(machine, call, settle));
  }

  async #serve({ node }: Machine, call: RingingCall, settle: (status: number) => void): Promise<void> {
    if (node.closed) return;
    const status = await node.receive(call);
    this.#scheduler.after(this.#way(), () => settle(status), false);
  }

  #way(): number {
    return 1 + this.#chance.next() * WAY_MS;
  }
}

function ringing(
  callId: string,
  webhookId: string,
  createdAt: number,
  { number, dialled }: Caller,
): RingingCall {
  return {
    webhookId,
    eventId: `evt_${callId}`,
    eventType: 'realtime.call.incoming',
    createdAt,
    callId,
    sipHeaders: [
      { name: 'From', value: `<sip:${number ?? 'anonymous'}@example.com>` },
      ...(dialled === null ? [] : [{ name: 'Diversion', value: `<sip:${dialled}@example.com>` }]),
      { name: 'Call-ID', value: `sip-${callId}` },
    ],
  };
}
