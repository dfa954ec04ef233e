import { crowd, deliver, ring, ringing, type Webhook } from '../ringing.ts';
import { leave } from '../scripts.ts';
import type { Target } from '../target.ts';
import { cpuOf, interleave, type Bench, type Figure } from './figure.ts';

const WIDTH = 8;

/** What one webhook costs: of a new call, of a call that is known, of somebody who does not know the secret. */
export async function webhooks(bench: Bench): Promise<Figure[]> {
  const calls = bench.quick ? 50 : 120;
  const copies = bench.quick ? 500 : 1_500;
  const forgeries = Array.from({ length: 100 }, () => ringing('forged'));

  const { floor, service } = await interleave(bench, 'webhooks', async (target) => {
    const valid = await cpuOf(target, () =>
      crowd(calls, WIDTH, async () => {
        const { call } = await ring(bench.peer, target, leave);
        bench.peer.forget(call.id);
      }),
    );
    const known = await firstDelivery(bench, target);
    const duplicate = await cpuOf(target, () => sendMany(target, copies, () => known, 200));
    bench.peer.forget(known.callId);
    const forged = await cpuOf(target, () =>
      sendMany(target, copies, (index) => forgeries[index % forgeries.length] ?? known, 401),
    );
    return { valid: valid / calls, duplicate: duplicate / copies, forged: forged / copies };
  });

  const figure = (name: string, key: keyof typeof floor, goal: number | null): Figure => ({
    name,
    unit: 'µs',
    floor: floor[key],
    service: service[key],
    goal: goal === null ? null : { kind: 'ratio', most: goal },
  });
  return [
    figure('CPU per webhook of a new call, to the first response.create', 'valid', null),
    figure('CPU per duplicate webhook', 'duplicate', 1),
    figure('CPU per forged webhook', 'forged', 3),
  ];
}

/** A call that was answered and is over. */
async function firstDelivery(bench: Bench, target: Target): Promise<Webhook> {
  const webhook = ringing();
  await new Promise<void>((resolve, reject) => {
    bench.peer.expect(webhook.callId, (call) => {
      call.hangUp();
      resolve();
    });
    deliver(target, webhook).catch(reject);
  });
  return webhook;
}

async function sendMany(
  target: Target,
  count: number,
  pick: (index: number) => Webhook,
  expected: number,
): Promise<void> {
  await crowd(count, WIDTH, async (index) => {
    const { status } = await deliver(target, pick(index));
    if (status !== expected) throw new Error(`${target.name} answers ${status} instead of ${expected}`);
  });
}
