import { ring } from '../ringing.ts';
import { leave } from '../scripts.ts';
import { startTarget, type TargetName } from '../target.ts';
import type { TargetEnvironment } from '../control.ts';
import { median } from '../stats.ts';
import { pause, type Bench, type Figure } from './figure.ts';

/** Between the first moment of listening and the first call, ms: nobody calls in the same instant. */
const FIRST_CALL_MS = 250;

/** Starts on a data directory that holds calls already, and the first call after each. */
export async function boots(
  bench: Pick<Bench, 'peer' | 'quick' | 'progress'>,
  environment: TargetEnvironment,
): Promise<Figure[]> {
  const rounds = bench.quick ? 2 : 5;
  const boot: Record<TargetName, number[]> = { floor: [], service: [] };
  const afterKill: number[] = [];
  const first: Record<TargetName, number[]> = { floor: [], service: [] };
  for (let round = 1; round <= rounds; round += 1) {
    bench.progress(`boots: round ${round} of ${rounds}`);
    for (const name of ['floor', 'service'] as const) {
      const target = await startTarget(name, environment);
      await pause(FIRST_CALL_MS);
      const { call, times } = await ring(bench.peer, target, leave);
      boot[name].push(target.bootMs);
      first[name].push(times.create);
      await target.ask('settle');
      bench.peer.forget(call.id);
      await target.stop();
    }
    const victim = await startTarget('service', environment);
    await victim.kill();
    const survivor = await startTarget('service', environment);
    afterKill.push(survivor.bootMs);
    await survivor.stop();
  }
  return [
    {
      name: 'first call after boot → response.create',
      unit: 'ms',
      floor: median(first.floor),
      service: median(first.service),
      goal: { kind: 'ratio', most: 1.5 },
    },
    {
      name: 'boot on an existing data directory',
      unit: 'ms',
      floor: median(boot.floor),
      service: median(boot.service),
      goal: { kind: 'value', most: 2_000 },
    },
    {
      name: 'the same after a kill: each file is written through first',
      unit: 'ms',
      floor: null,
      service: median(afterKill),
      goal: null,
    },
  ];
}
