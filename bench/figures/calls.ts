import { crowd, ring } from '../ringing.ts';
import { WHOLE_CALL_EVENTS, wholeCall } from '../scripts.ts';
import type { Target } from '../target.ts';
import { cpuOf, interleave, type Bench, type Figure } from './figure.ts';

const WIDTH = 8;

/** What one call costs from the webhook to the caller's hang-up, everything stored. */
export async function calls(bench: Bench): Promise<Figure[]> {
  const count = bench.quick ? 60 : 200;
  const { floor, service } = await interleave(bench, 'whole calls', async (target) => ({
    cpu: (await cpuOf(target, () => wholeCalls(bench, target, count))) / count / 1_000,
  }));
  return [
    {
      name: `CPU per call (1 tool, ${WHOLE_CALL_EVENTS} events)`,
      unit: 'ms',
      floor: floor.cpu,
      service: service.cpu,
      goal: { kind: 'ratio', most: 3 },
    },
  ];
}

/** Plays calls to their end, eight at once. */
export async function wholeCalls(bench: Pick<Bench, 'peer'>, target: Target, count: number): Promise<void> {
  await crowd(count, WIDTH, async () => {
    await new Promise<void>((resolve, reject) => {
      ring(
        bench.peer,
        target,
        wholeCall(() => resolve()),
      ).catch(reject);
    });
  });
}
