import type { EmulatedCall } from '../../emulator/index.ts';
import { listenAndLeave, type Placed } from '../caller.ts';
import type { Chance } from '../chance.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { prepare } from '../traffic.ts';

const COPIES = { short: 200, long: 1_000 };
const CALLS = { short: 30, long: 2_000 };
/** Deliveries of each call. */
const DELIVERIES = 5;
/** What a delivery is answered that could not be stored in time. */
const BUSY = 503;
/** Calls whose deliveries are mixed with each other. */
const MIXED = 60;
/** Deliveries that are under way at once. */
const AT_ONCE = 30;

/** The same event again and again, to all nodes, at once and out of order. */
export const duplicates: Scenario = {
  about: '1,000 copies of one event over three nodes, and 10,000 deliveries of 2,000 calls',
  alone: false,
  tolerance: { oneAcceptRequest: true },
  run: async ({ house, chance, short, progress }) => {
    const copies = short ? COPIES.short : COPIES.long;
    const calls = short ? CALLS.short : CALLS.long;
    const answers: number[] = [];
    const statuses: number[] = [];
    const placed: Placed[] = [];
    const talks: Promise<void>[] = [];
    const send = async (call: EmulatedCall): Promise<void> => {
      const { status, sentAt, answeredAt } = await call.deliver();
      statuses.push(status);
      answers.push(answeredAt - sentAt);
    };
    const ring = async (): Promise<Placed> => {
      const one = await prepare(house, { kind: 'messages', caller: chance.hex(4), count: 0 });
      placed.push(one);
      talks.push(listenAndLeave(one));
      return one;
    };

    progress(`${copies} copies of one event`);
    const { call } = await ring();
    await crowd(
      Array.from({ length: copies }, () => call),
      send,
    );
    for (let done = 0; done < calls; done += MIXED) {
      progress(`deliveries of calls: ${done * DELIVERIES} of ${calls * DELIVERIES}`);
      const some: EmulatedCall[] = [];
      for (let count = done; count < Math.min(calls, done + MIXED); count += 1)
        some.push((await ring()).call);
      await crowd(
        shuffled(
          some.flatMap((one) => Array<EmulatedCall>(DELIVERIES).fill(one)),
          chance,
        ),
        send,
      );
      await Promise.all(talks.splice(0));
    }
    await Promise.all(talks);
    return {
      placed,
      // A store that is too slow is said to be: then the delivery comes again.
      breaches: statuses
        .filter((status) => status !== 200 && status !== BUSY)
        .map((status) => ({ invariant: 'unanswered', where: 'a delivery', words: `answered ${status}` })),
      figures: [
        { name: 'deliveries', value: `${copies} of one call, ${calls * DELIVERIES} of ${calls} calls` },
        { name: 'answer to a delivery', value: spread(answers) },
        {
          name: 'of these, to be delivered again (503)',
          value: String(statuses.filter((status) => status === BUSY).length),
        },
      ],
    };
  },
};

async function crowd<T>(work: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
  const queue = [...work];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await one(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  return items
    .map((item) => ({ item, place: chance.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
