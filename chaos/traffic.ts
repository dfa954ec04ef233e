import { talk, type Errand, type Placed } from './caller.ts';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import { deskModel, messageModel, watched } from './models.ts';
import { pause } from './node.ts';
import type { Callers } from './scenario.ts';

/** A delivery that was not acknowledged comes again after so many ms; then no more: nobody waits that long. */
const REDELIVERIES_MS = [200, 400, 800, 1_500, 3_000, 5_000, 5_000];
/** One in so many callers is an applicant; the others leave messages. */
const APPLICANT_OF = 3;
/** Messages that one caller leaves. */
const FEWEST = 2;
const MOST = { short: 3, long: 7 };

/** People who call, one after the other, on so many lines. */
export class Traffic implements Callers {
  readonly placed: Placed[] = [];
  readonly #house: House;
  readonly #chance: Chance;
  readonly #most: number;
  #running = true;
  #lanes: Promise<void>[] = [];

  /** @param short whether callers are brief: then a scenario is over sooner */
  constructor(house: House, chance: Chance, short: boolean) {
    this.#house = house;
    this.#chance = chance;
    this.#most = short ? MOST.short : MOST.long;
  }

  /** Calls that are up now. */
  get live(): number {
    return this.placed.filter(({ outcome }) => outcome === 'talking').length;
  }

  /** Keeps `width` lines busy from now on. */
  start(width: number): this {
    for (let lane = 0; lane < width; lane += 1)
      this.#lanes.push(this.#lane(this.#chance.branch(`lane ${lane}`)));
    return this;
  }

  /** Nobody calls any more; resolves when everybody has hung up. */
  async stop(): Promise<readonly Placed[]> {
    this.#running = false;
    await Promise.all(this.#lanes);
    return this.placed;
  }

  /** Waits until so many calls are up. */
  async untilLive(count: number, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (this.live < count && performance.now() < deadline) await pause(20);
  }

  async #lane(chance: Chance): Promise<void> {
    await pause(chance.between(0, 1_000));
    while (this.#running) {
      const placed = await place(this.#house, await errandOf(this.#house, chance, this.#most));
      this.placed.push(placed);
      await talk(placed, chance);
      await pause(chance.between(0, 300));
    }
  }
}

async function errandOf(house: House, chance: Chance, most: number): Promise<Errand> {
  if (chance.between(0, APPLICANT_OF) === 0)
    return { kind: 'attendance', person: await house.applicants.next() };
  return { kind: 'messages', caller: chance.hex(4), count: chance.between(FEWEST, most + 1) };
}

/** Lets a call ring, and its webhook be delivered until somebody takes it. */
async function place(house: House, errand: Errand): Promise<Placed> {
  const placed = await prepare(house, errand);
  void deliver(placed);
  return placed;
}

/** A call that rings, and whose webhook has not been delivered. */
export async function prepare(house: House, errand: Errand): Promise<Placed> {
  const model = errand.kind === 'attendance' ? deskModel : messageModel(errand.caller);
  const phone = errand.kind === 'attendance' ? errand.person.phone : '+819000000001';
  let placed: Placed | null = null;
  const call = await house.emulator.ring({
    from: `<sip:${phone}@pstn.example>`,
    deliver: false,
    model: watched(model, (items) => {
      if (placed !== null) placed.items = items;
    }),
  });
  placed = {
    call,
    errand,
    rangAt: performance.now(),
    overAt: Number.POSITIVE_INFINITY,
    items: [],
    outcome: 'ringing',
  };
  return placed;
}

/** OpenAI delivers again what was not acknowledged. */
async function deliver({ call }: Placed): Promise<void> {
  for (const wait of REDELIVERIES_MS) {
    const { status } = await call.deliver();
    if (status === 200 || call.state !== 'ringing') return;
    await pause(wait);
  }
}
