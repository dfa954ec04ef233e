import type { Test } from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { readSampleRoster, type SamplePerson } from '../../emulator/demo/sample-roster.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Registration } from '../../src/briefing/registration.ts';
import type { ToolCallRecord } from '../../src/store/ports.ts';
import { greeted, startService, storedEnd, type Service } from '../e2e/service.ts';

/** The service with the sample roster, and people who call it. The stand-in answers. */
export interface Desk {
  readonly service: Service;
  readonly people: readonly SamplePerson[];
  /** Rings as the person with this number in the roster, or from a number of one's own. */
  ring(from: number | string): Promise<Line>;
  registrationOf(number: number): Promise<Registration>;
}

/** One call: what is said, and what is heard in return. */
export interface Line {
  readonly call: EmulatedCall;
  /** Says it and returns all that is heard until the agent has finished and waits again. */
  says(text: string, heardAs?: string): Promise<string>;
  /** Presses keys, one after another. */
  presses(keys: string): Promise<string>;
  tools(): Promise<readonly ToolCallRecord[]>;
  /** Hangs up unless the call is over; returns what is stored of its end. */
  end(): Promise<string | null>;
}

/** Longest wait for an answer, ms of the machine. */
const PATIENCE_MS = 20_000;

export async function startDesk(t: Test, env: Record<string, string> = {}): Promise<Desk> {
  const service = await startService(t, { env: { QUIET_HOURS: '', ...env } });
  const roster = await readSampleRoster(Date.now(), systemRandom);
  const { store } = service.app;
  const report = await roster.importInto(store.transact, Date.now());
  if (!report.applied) throw new Error(JSON.stringify(report.refused));
  const { people } = roster;
  return {
    service,
    people,
    ring: (from) => ring(service, typeof from === 'string' ? from : personOf(people, from).phone),
    registrationOf: async (number) => {
      const person = await store.briefings.findApplicantByReservationCode(personOf(people, number).code);
      const [view] = await store.briefings.listRegistrations(person?.applicantId ?? '');
      if (view === undefined) throw new Error(`row ${number} has no registration`);
      return view.registration;
    },
  };
}

function personOf(people: readonly SamplePerson[], number: number): SamplePerson {
  const person = people[number - 1];
  if (person === undefined) throw new Error(`no row ${number}`);
  return person;
}

async function ring(service: Service, from: string): Promise<Line> {
  const call = await service.emulator.ring({ from: `<sip:${from}@pstn.example>` });
  await greeted(call);
  const heardAfter = async (before: number): Promise<string> => {
    await settled(call, before);
    return call.heard
      .slice(before)
      .map(({ text }) => text)
      .join('');
  };
  return {
    call,
    says: async (text, heardAs) => {
      const before = call.heard.length;
      await call.say(text, heardAs === undefined ? {} : { heardAs });
      return heardAfter(before);
    },
    presses: async (keys) => {
      const before = call.heard.length;
      for (const key of keys) call.press(key);
      return heardAfter(before);
    },
    tools: () => service.app.store.calls.listToolCalls(call.id),
    end: async () => {
      if (call.state !== 'over') call.hangUp();
      return (await storedEnd(service, call.id)).endReason;
    },
  };
}

/** Waits until the agent has said something and nothing is left to say: no response, no function call. */
async function settled(call: EmulatedCall, before: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (call.state !== 'over' && (call.heard.length === before || busy(call))) {
    if (performance.now() > deadline) throw new Error(`no answer; heard: ${call.heard.at(-1)?.text ?? ''}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Whether a response runs or plays, or a function call or its output has not been answered. */
function busy(call: EmulatedCall): boolean {
  let [responses, playing, due] = [0, false, false];
  for (const { event } of call.wire) {
    switch (event.type as string) {
      case 'response.created':
        responses += 1;
        due = false;
        break;
      case 'response.done':
        responses -= 1;
        break;
      case 'response.function_call_arguments.done':
      case 'input_audio_buffer.committed':
        due = true;
        break;
      case 'output_audio_buffer.started':
        playing = true;
        break;
      case 'output_audio_buffer.stopped':
      case 'output_audio_buffer.cleared':
        playing = false;
        break;
      default:
    }
  }
  return responses > 0 || playing || due;
}
