import { listenAndLeave, type Placed } from '../caller.ts';
import { pause } from '../node.ts';
import type { Scenario } from '../scenario.ts';
import { spread } from '../stats.ts';
import { prepare } from '../traffic.ts';

const PER_SECOND = 50;
const SECONDS = { short: 5, long: 30 };

/** Calls that come at an even pace, and nothing breaks. */
export const rate: Scenario = {
  about: '50 calls a second for half a minute: from the webhook to the accept on the wire',
  usual: false,
  run: async ({ house, chance, short, progress }) => {
    const count = PER_SECOND * (short ? SECONDS.short : SECONDS.long);
    const placed: Placed[] = [];
    const talks: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let index = 0; index < count; index += 1) {
      await pause(Math.max(0, startedAt + (index * 1_000) / PER_SECOND - performance.now()));
      if (index % PER_SECOND === 0) progress(`calls: ${index} of ${count}`);
      const one = await prepare(house, { kind: 'messages', caller: chance.hex(4), count: 0 });
      placed.push(one);
      talks.push(listenAndLeave(one));
      void one.call.deliver();
    }
    await Promise.all(talks);
    const delivered = placed.flatMap(({ call }) => call.deliveries.slice(0, 1));
    const accepts = placed.flatMap(({ call }) => {
      const [delivery] = call.deliveries;
      const accept = call.rest.find(({ operation }) => operation === 'accept');
      return delivery === undefined || accept === undefined ? [] : [accept.at - delivery.sentAt];
    });
    return {
      placed,
      breaches: [],
      tolerance: { oneAcceptRequest: true },
      figures: [
        {
          name: 'webhook → 2xx at 50 a second',
          value: spread(delivered.map((one) => one.answeredAt - one.sentAt)),
        },
        { name: 'webhook → accept on the wire at 50 a second', value: spread(accepts) },
      ],
    };
  },
};
