import { functionResponse, outputAdded, responseCreated, spokenResponse } from '../events.ts';
import type { FromTarget, PeerCall } from '../peer.ts';
import { ring } from '../ringing.ts';
import { hold } from '../scripts.ts';
import { median } from '../stats.ts';
import type { Target } from '../target.ts';
import { interleave, pause, type Bench, type Figure } from './figure.ts';

/** Function calls of one telephone call. */
const PER_CALL = 15;
/** Between two of them, so that the ledger's writes of one do not stand before the next, ms. */
const QUIET_MS = 12;

/** From the complete function call on the sideband to its output, the tool reading the store once. */
export async function functions(bench: Bench): Promise<Figure[]> {
  const calls = bench.quick ? 1 : 3;
  const { floor, service } = await interleave(bench, 'function calls', async (target) => {
    const outputs: number[] = [];
    const creates: number[] = [];
    for (let count = 0; count < calls; count += 1) {
      const line = await connect(bench, target);
      for (let number = 1; number <= PER_CALL; number += 1) {
        const { output, create } = await roundTrip(line, number);
        outputs.push(output);
        creates.push(create);
        await pause(QUIET_MS);
      }
      line.call.hangUp();
      await target.ask('settle');
      bench.peer.forget(line.call.id);
    }
    return { output: median(outputs), create: median(creates) };
  });
  return [
    {
      name: 'function call → its output, p50',
      unit: 'ms',
      floor: floor.output,
      service: service.output,
      goal: { kind: 'plus', most: 1.5 },
    },
    {
      name: 'function call → next response.create, p50',
      unit: 'ms',
      floor: floor.create,
      service: service.create,
      goal: null,
    },
  ];
}

/** A call that was greeted, and whoever listens to the target now. */
interface Line {
  readonly call: PeerCall;
  heard: (message: FromTarget) => void;
}

async function connect(bench: Bench, target: Target): Promise<Line> {
  return new Promise((resolve, reject) => {
    let line: Line | null = null;
    const greet = hold((call) => {
      line = { call, heard: () => {} };
      resolve(line);
    });
    ring(bench.peer, target, (call, message) => {
      if (line === null) greet(call, message);
      else line.heard(message);
    }).catch(reject);
  });
}

async function roundTrip(line: Line, number: number): Promise<{ output: number; create: number }> {
  const functionCallId = `call_${String(number).padStart(16, '0')}`;
  const frames = functionResponse(`resp_f${number}`, functionCallId);
  line.call.send([responseCreated(`resp_f${number}`, null), ...frames.before]);
  await pause(2);
  const added = outputAdded(functionCallId);
  return new Promise((resolve) => {
    let output = 0;
    line.heard = (message) => {
      if (message.type === 'function_call_output') {
        output = message.at - sentAt;
        line.call.send(added);
        return;
      }
      resolve({ output, create: message.at - sentAt });
      line.call.send(spokenResponse(`resp_a${number}`, 2, message.metadata));
    };
    const burst = [frames.call, ...frames.after];
    const sentAt = performance.now();
    line.call.send(burst);
  });
}
