import type { RegistrationEvent } from '../../src/briefing/registration.ts';
import type { CallRecord, MessageRecord, ToolCallRecord, TurnRecord } from '../../src/store/ports.ts';
import type { EmulatedCall, WireEntry } from '../types.ts';
import type { Expected } from './scripts.ts';
import { problemsOfProof } from './verdict-end.ts';

/** What is known of one call after it: what was stored, and what the caller's side saw. */
export interface CallFacts {
  /** null when nothing was stored. */
  readonly call: CallRecord | null;
  readonly turns: readonly TurnRecord[];
  readonly tools: readonly ToolCallRecord[];
  readonly messages: readonly MessageRecord[];
  /** Changes of attendance that were stored on behalf of this call, with the reservation code they are about. */
  readonly changes: readonly { readonly code: string | null; readonly event: RegistrationEvent }[];
  /** Answer to the webhook; 0: none. */
  readonly webhookStatus: number;
  readonly endedBy: EmulatedCall['endedBy'];
  readonly heard: EmulatedCall['heard'];
  readonly sidebands: number;
  /** Sideband on which each function call was asked for, and the one that brought its output; 0: never. */
  readonly functionCalls: readonly { readonly asked: number; readonly answered: number }[];
}

/** The sentences of the scenario that a call is checked against. */
export interface Sentences {
  readonly greeting: string;
  readonly farewell: string;
}

/**
 * Everything in which the facts differ from what the demo claims, in English; empty when it holds.
 *
 * @param codeOf reservation code of a row of the sample roster
 */
export function judge(
  facts: CallFacts,
  expected: Expected,
  sentences: Sentences,
  codeOf: (person: number) => string,
): string[] {
  return [
    ...problemsOfEnd(facts),
    ...problemsOfSpeech(facts, sentences),
    ...problemsOfMessage(facts, expected),
    ...problemsOfTools(facts, expected),
    ...problemsOfChange(facts, expected, codeOf),
    ...problemsOfSidebands(facts, expected),
  ];
}

/** Reads from the wire where function calls were asked for and answered. */
export function functionCallsOn(wire: readonly WireEntry[]): CallFacts['functionCalls'] {
  return wire.flatMap(({ event, connection }) => {
    if (event.type !== 'response.function_call_arguments.done') return [];
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
  const wanted = expected.message;
  if (messages.length !== (wanted === null ? 0 : 1)) {
    return [`${messages.length} messages for the team are stored, not ${wanted === null ? 0 : 1}`];
  }
  const [message] = messages;
  if (message === undefined || wanted === null) return [];
  return failed([
    [message.callerName === wanted.name, `the message is from ${String(message.callerName)}`],
    [message.callbackNumber === call?.callerNumber, 'the message has not the number of the caller'],
    ...wanted.words.map((word) => [message.body.includes(word), `the message does not say ${word}`] as const),
  ]);
}

function problemsOfTools({ tools }: CallFacts, expected: Expected): string[] {
  const ran = tools.map(({ name, status }) => `${name} ${status}`).join(', ');
  return failed([[ran === expected.tools.join(', '), `the tool ledger holds: ${ran || 'nothing'}`]]);
}

function problemsOfChange(
  { changes, turns }: CallFacts,
  { change }: Expected,
  codeOf: (person: number) => string,
): string[] {
  if (changes.length !== (change === null ? 0 : 1)) {
    return [`${changes.length} changes of attendance are stored, not ${change === null ? 0 : 1}`];
  }
  const [stored] = changes;
  if (stored === undefined || change === null) return [];
  const { event, code } = stored;
  const consent =
    event.source.kind === 'caller'
      ? turns.find(
          ({ turnKey }) => event.source.kind === 'caller' && turnKey === event.source.evidence.consentTurnKey,
        )
      : undefined;
  return [
    ...failed([
      [event.to.status === change.status, `stored is ${event.to.status}, not ${change.status}`],
      [code === codeOf(change.person), `the change is about ${String(code)}`],
      [consent?.text === change.consent, `taken as a yes was: ${consent?.text ?? 'nothing'}`],
    ]),
    ...problemsOfProof(event, turns),
  ];
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
