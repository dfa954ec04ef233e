import { ring } from '../ringing.ts';
import { leave } from '../scripts.ts';
import { fsyncMs } from '../disk.ts';
import { median } from '../stats.ts';
import { interleave, type Bench, type Figure } from './figure.ts';

/** How fast a ringing phone is answered: one call at a time, the machine otherwise idle. */
export async function answering(bench: Bench): Promise<Figure[]> {
  const writes: number[] = [];
  const rings = bench.quick ? 15 : 40;
  const { floor, service } = await interleave(bench, 'ringing, one by one', async (target) => {
    const answered: number[] = [];
    const accept: number[] = [];
    const create: number[] = [];
    if (target.name === 'service') writes.push(fsyncMs(bench.directory));
    for (let count = 0; count < rings; count += 1) {
      const { call, times } = await ring(bench.peer, target, leave);
      answered.push(times.answered);
      accept.push(times.accept);
      create.push(times.create);
      await target.ask('settle');
      bench.peer.forget(call.id);
    }
    return { answered: median(answered), accept: median(accept), create: median(create) };
  });
  const figure = (name: string, key: keyof typeof floor, most: number): Figure => ({
    name,
    unit: 'ms',
    floor: floor[key],
    service: service[key],
    goal: { kind: 'ratio', most },
  });
  return [
    figure('webhook → 2xx, p50', 'answered', 6),
    figure('webhook → accept on the wire, p50', 'accept', 3),
    figure('webhook → first response.create, p50', 'create', 1.8),
    {
      name: 'of these, one write through to the disk',
      unit: 'ms',
      floor: null,
      service: median(writes),
      goal: null,
    },
  ];
}
