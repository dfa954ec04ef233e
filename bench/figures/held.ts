import type { TargetEnvironment } from '../control.ts';
import { ring } from '../ringing.ts';
import { leave } from '../scripts.ts';
import type { PeerCall } from '../peer.ts';
import { startTarget, type Target, type TargetName } from '../target.ts';
import { holdCalls } from './events.ts';
import { pause, type Bench, type Figure } from './figure.ts';

/** Idle CPU is watched this long, ms: one renewal of the leases, one or two heartbeats. */
const WATCH_MS = 5_000;
/** Calls before the first measurement, so that code and buffers that every call shares are there. */
const WARM_UP_CALLS = 60;

interface Held {
  /** KB of resident memory per call. */
  readonly memory: number;
  /** Per call and second, µs. */
  readonly cpu: number;
}

/** What calls cost that are up and silent. */
export async function held(
  bench: Pick<Bench, 'peer' | 'quick' | 'progress'>,
  environment: TargetEnvironment,
): Promise<Figure[]> {
  const steps = bench.quick ? [100, 1_000] : [100, 1_000, 5_000];
  const seen = new Map<TargetName, readonly Held[]>();
  for (const name of ['floor', 'service'] as const) {
    seen.set(name, await climb(bench, await startTarget(name, environment), steps));
  }
  return steps.flatMap((step, index) => {
    const floor = seen.get('floor')?.[index];
    const service = seen.get('service')?.[index];
    if (floor === undefined || service === undefined) return [];
    const count = step.toLocaleString('en');
    return [
      {
        name: `memory per held call at ${count} calls`,
        unit: 'KB',
        floor: floor.memory,
        service: service.memory,
        goal: step === 5_000 ? ({ kind: 'ratio', most: 2 } as const) : null,
      },
      {
        name: `CPU per held call and second at ${count} calls`,
        unit: 'µs',
        floor: floor.cpu,
        service: service.cpu,
        goal: null,
      },
    ];
  });
}

async function climb(
  bench: Pick<Bench, 'peer' | 'quick' | 'progress'>,
  target: Target,
  steps: readonly number[],
): Promise<Held[]> {
  for (let count = 0; count < WARM_UP_CALLS; count += 1) {
    const { call } = await ring(bench.peer, target, leave);
    bench.peer.forget(call.id);
  }
  await target.ask('settle');
  const empty = (await target.ask('collect')).rss;
  const calls: PeerCall[] = [];
  const seen: Held[] = [];
  for (const step of steps) {
    bench.progress(`held calls: ${target.name}, ${step}`);
    calls.push(...(await holdCalls(bench, target, step - calls.length)));
    await target.ask('settle', step);
    const before = await target.ask('collect');
    await pause(WATCH_MS);
    const after = await target.ask('usage');
    seen.push({
      memory: (before.rss - empty) / step / 1_024,
      cpu: (after.cpuUs - before.cpuUs) / step / (WATCH_MS / 1_000),
    });
  }
  await target.kill();
  for (const call of calls) {
    call.hangUp();
    bench.peer.forget(call.id);
  }
  return seen;
}
