import type { CallRecord, MessageRecord, ToolCallRecord, TurnRecord } from '../../src/store/ports.ts';
import type { EmulatedCall, WireEntry } from '../types.ts';
import type { Expected } from './scripts.ts';

/** What is known of one call after it: what was stored, and what the caller's side saw. */
export interface CallFacts {
  /** null when nothing was stored. */
  readonly call: CallRecord | null;
  readonly turns: readonly TurnRecord[];
  readonly tools: readonly ToolCallRecord[];
  readonly messages: readonly MessageRecord[];
  /** Answer to the webhook; 0: none. */
  readonly webhookStatus: number;
  readonly endedBy: EmulatedCall['endedBy'];
  readonly heard: EmulatedCall['heard'];
  readonly sidebands: number;
  /** Sideband on which each take_message was asked for, and the one that brought its output; 0: never. */
  readonly functionCalls: readonly { readonly asked: number; readonly answered: number }[];
}

/** The sentences of the scenario that a call is checked against. */
export interface Sentences {
  readonly greeting: string;
  readonly reprompt: string;
  readonly offerKeypad: string;
  readonly farewell: string;
}

/** Everything in which the facts differ from what the demo claims, in English; empty when it holds. */
export function judge(facts: CallFacts, expected: Expected, sentences: Sentences): string[] {
  return [
    ...problemsOfEnd(facts),
    ...problemsOfSpeech(facts, sentences),
    ...problemsOfMessage(facts, expected),
    ...problemsOfTools(facts),
    ...(expected.keypad ? problemsOfKeypad(facts, sentences) : []),
    ...problemsOfSidebands(facts, expected),
  ];
}

/** Reads from the wire where function calls were asked for and answered. */
export function functionCallsOn(wire: readonly WireEntry[], tool: string): CallFacts['functionCalls'] {
  return wire.flatMap(({ event, connection }) => {
    if (event.type !== 'response.function_call_arguments.done' || event.name !== tool) return [];
    const answer = wire.find(
      (entry) =>
        entry.direction === 'received' &&
        entry.event.type === 'conversation.item.create' &&
        entry.event.item.type === 'function_call_output' &&
        entry.event.item.call_id === event.call_id,
    );
    return [{ asked: connection, answered: answer?.connection ?? 0 }];
  });
}

function problemsOfEnd({ call, webhookStatus, endedBy }: CallFacts): string[] {
  if (call === null) return ['the call is not stored'];
  return failed([
    [webhookStatus === 200, `the webhook was answered ${webhookStatus}, not 200`],
    [
      call.state === 'ended' && call.endReason === 'completed',
      `the call is ${call.state} (${String(call.endReason)}), not ended (completed)`,
    ],
    [endedBy === 'service', `the call was ended by ${String(endedBy)}, not by the service after its goodbye`],
    [call.noticeProof === 'played', `the proof of the notice is ${call.noticeProof}, not played`],
    [call.costUsd !== null && call.costUsd > 0, 'the call has no cost'],
  ]);
}

function problemsOfSpeech({ heard, turns }: CallFacts, { greeting, farewell }: Sentences): string[] {
  const greetings = heard.filter(({ text }) => text.includes(greeting)).length;
  const stored = new Set(turns.filter(({ role }) => role === 'agent').map(({ text }) => text));
  const last = heard.at(-1);
  return failed([
    [greetings === 1, `the greeting was heard ${greetings} times, not once`],
    [last?.text === farewell && !last.cut, 'the goodbye was not the last sentence, heard to its end'],
    [heard.every(({ cut }) => !cut), 'a sentence was cut'],
    [heard.every(({ text }) => stored.has(text)), 'a sentence that was heard is not stored as a turn'],
  ]);
}

function problemsOfMessage({ messages, call }: CallFacts, expected: Expected): string[] {
  const [message] = messages;
  if (message === undefined || messages.length > 1)
    return [`${messages.length} messages are stored, not one`];
  return failed([
    [message.callerName === expected.message.name, `the message is from ${String(message.callerName)}`],
    [message.callbackNumber === call?.callerNumber, 'the message has not the number of the caller'],
    ...expected.message.words.map(
      (word) => [message.body.includes(word), `the message does not say ${word}`] as const,
    ),
  ]);
}

function problemsOfTools({ tools }: CallFacts): string[] {
  const ran = tools.map(({ name, status }) => `${name} ${status}`).join(', ');
  return failed([[ran === 'take_message ok, end_call ok', `the tool ledger holds: ${ran || 'nothing'}`]]);
}

function problemsOfKeypad({ heard, turns }: CallFacts, { reprompt, offerKeypad }: Sentences): string[] {
  const times = (sentence: string): number => heard.filter(({ text }) => text === sentence).length;
  return failed([
    [times(reprompt) === 1, `the caller was asked again ${times(reprompt)} times, not once`],
    [times(offerKeypad) === 1, `the keypad was offered ${times(offerKeypad)} times, not once`],
    [turns.some(({ role }) => role === 'keypad'), 'the pressed key is not stored'],
  ]);
}

function problemsOfSidebands({ sidebands, functionCalls }: CallFacts, expected: Expected): string[] {
  const cutInside = functionCalls.some(({ asked, answered }) => answered > asked);
  return failed([
    [sidebands === expected.sidebands, `${sidebands} sidebands were attached, not ${expected.sidebands}`],
    [expected.sidebands === 1 || cutInside, 'no function call was answered on a later sideband'],
  ]);
}

/** The complaints whose claim does not hold. */
function failed(claims: readonly (readonly [holds: boolean, complaint: string])[]): string[] {
  return claims.filter(([holds]) => !holds).map(([, complaint]) => complaint);
}
