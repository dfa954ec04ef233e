import type { EmulatedCall, ModelItem, WireEntry } from '../emulator/index.ts';
import { messageBody, LEAVE, TAKEN, isDone } from './models.ts';
import type { Placed } from './caller.ts';

/** What OpenAI's side and the caller know of one call after it. */
export interface CallFacts {
  readonly callId: string;
  readonly kind: 'messages' | 'attendance';
  readonly outcome: Placed['outcome'];
  /** Sidebands that were opened, one after the other. */
  readonly sidebands: number;
  /** SIP status with which the call was refused, else null. */
  readonly refusedWith: number | null;
  readonly endedBy: EmulatedCall['endedBy'];
  /** Accept requests that came, and those that were answered 200. */
  readonly accepts: number;
  readonly acceptsDone: number;
  /** Whether the caller heard anything at all. */
  readonly spokenTo: boolean;
  /** How often the caller heard the greeting. */
  readonly greetings: number;
  /** How often the conversation got an output for the same function call, at most. */
  readonly outputsPerFunctionCall: number;
  /** Messages that were acknowledged: their function call was answered with ok, or the agent said that it is done. */
  readonly acknowledgedMessages: readonly string[];
  /** Whether the change of attendance was acknowledged. */
  readonly acknowledgedChange: boolean;
}

const GREETING = 'お電話ありがとうございます。';
const STORED_ALOUD = '出席を承り';

/** Reads the journal of a call. */
export function factsOf({ call, errand, items, outcome }: Placed): CallFacts {
  const accepts = call.rest.filter(({ operation }) => operation === 'accept');
  const calls = functionCalls(call.wire, items);
  const done = outputs(call.wire).filter(({ output }) => isDone(output));
  const caller = errand.kind === 'messages' ? errand.caller : '';
  const said = call.heard.flatMap(({ text }) => {
    const number = text.includes(TAKEN) ? LEAVE.exec(text)?.[1] : undefined;
    return number === undefined ? [] : [messageBody(caller, Number(number))];
  });
  const taken = done.flatMap(({ callId }) => {
    const made = calls.get(callId);
    return made?.name === 'take_message' ? [(JSON.parse(made.arguments) as { body: string }).body] : [];
  });
  return {
    callId: call.id,
    kind: errand.kind,
    outcome,
    sidebands: call.connections,
    refusedWith: call.rejectedWith,
    endedBy: call.endedBy,
    accepts: accepts.length,
    acceptsDone: accepts.filter(({ status }) => status === 200).length,
    spokenTo: call.heard.length > 0,
    greetings: call.heard.filter(({ text }) => text.includes(GREETING)).length,
    outputsPerFunctionCall: mostOften(addedOutputs(call.wire)),
    acknowledgedMessages: [...new Set(errand.kind === 'messages' ? [...said, ...taken] : [])],
    acknowledgedChange:
      errand.kind === 'attendance' &&
      (call.heard.some(({ text }) => text.includes(STORED_ALOUD)) ||
        done.some(({ output }) => (JSON.parse(output) as { status?: string }).status === 'stored')),
  };
}

interface FunctionCall {
  readonly name: string;
  readonly arguments: string;
}

/** By id: as they were sent, and as the model saw them, for those that were sent while nobody listened. */
function functionCalls(
  wire: readonly WireEntry[],
  items: readonly ModelItem[],
): ReadonlyMap<string, FunctionCall> {
  const found = new Map<string, FunctionCall>();
  for (const item of items) if (item.type === 'function_call') found.set(item.callId, item);
  for (const { event } of wire)
    if (event.type === 'response.function_call_arguments.done')
      found.set(event.call_id, { name: event.name, arguments: event.arguments });
  return found;
}

/** Outputs as the service sent them. */
function outputs(wire: readonly WireEntry[]): { callId: string; output: string }[] {
  return wire.flatMap(({ direction, event }) =>
    direction === 'received' &&
    event.type === 'conversation.item.create' &&
    event.item.type === 'function_call_output'
      ? [{ callId: event.item.call_id, output: event.item.output }]
      : [],
  );
}

/** The function calls of the outputs that the conversation took, each item once however many sidebands heard of it. */
function addedOutputs(wire: readonly WireEntry[]): string[] {
  const items = new Map<string, string>();
  for (const { direction, event } of wire) {
    if (direction !== 'sent' || event.type !== 'conversation.item.added') continue;
    const { item } = event;
    if (item.type === 'function_call_output') items.set(item.id ?? '', item.call_id);
  }
  return [...items.values()];
}

function mostOften(values: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
