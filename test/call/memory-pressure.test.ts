import t from 'tap';
import { MemoryPressure } from '../../src/call/memory-pressure.ts';
import { memoryUse } from '../../src/telemetry/memory-use.ts';
import { ManualClock } from '../store/manual-clock.ts';

function pressure(limitPercent: number) {
  const clock = new ManualClock();
  const use = { resident: 0, heap: 0, reads: 0 };
  const memory = new MemoryPressure(clock, limitPercent, () => {
    use.reads += 1;
    return use;
  });
  const at = (resident: number, heap: number): boolean => {
    Object.assign(use, { resident, heap });
    clock.advance(1_000);
    return memory.short;
  };
  return { memory, use, at };
}

t.test('memory is short above the limit, of container or heap, and until it is clearly below', async (t) => {
  const { at } = pressure(85);
  t.same(
    [at(0.85, 0), at(0.86, 0), at(0, 0.86), at(0.84, 0), at(0.82, 0), at(0.84, 0)],
    [false, true, true, true, false, false],
  );
});

t.test('at 100 per cent memory is never short', async (t) => {
  t.equal(pressure(100).at(1, 1), false);
});

t.test('calls that ring together are judged by one look', async (t) => {
  const { memory, use } = pressure(85);
  for (let call = 0; call < 50; call += 1) t.equal(memory.short, false);
  t.equal(use.reads, 1);
});

t.test('what this process uses is a share of what it has', async (t) => {
  const { resident, heap } = memoryUse();
  t.ok(resident > 0 && resident < 1);
  t.ok(heap > 0 && heap < 1);
});
