import type { EndParty, EndReason, NoticeProof } from '../store/ports.ts';
import type { ResponsePurpose, ResponseRequest } from '../realtime/turns.ts';
import type { ResponseStatus } from '../realtime/events.ts';
import type { ScenarioPhrases } from '../scenario/scenario.ts';
import type { KeypadSpeech } from '../tools/keypad-parts.ts';
import type { ToolControl } from '../tools/tool.ts';
import { NO_KEYS, type KeypadTalk } from './keypad.ts';
import type { Order, OrderOutcome } from './orders.ts';
import type { Saying } from './saying.ts';
import type { Unfinished } from './takeover-progress.ts';

/**
 * The conversation of one call as data: what it knows, what can happen to it, what it wants done.
 * `step` in state.ts joins the three; nothing here touches a socket, a clock or the store.
 */

/**
 *     attaching ─▶ greeting ─▶ conversing ◀─▶ transferring
 *                                  │ ▲             │
 *                                  ▼ │ once        ▼
 *                               closing ─▶ hanging_up ─▶ over
 */
export type Phase =
  | 'attaching'
  | 'greeting'
  | 'conversing'
  | 'transferring'
  | 'closing'
  | 'hanging_up'
  | 'over';

export type TimerName =
  | 'greeting'
  | 'speech'
  | 'reply'
  | 'speak'
  | 'playback'
  | 'retry'
  | 'silence'
  | 'keypad'
  | 'keypad_voice'
  | 'keypad_wait'
  | 'closing'
  | 'transfer'
  | 'max_duration'
  | 'hard_stop';

/** How the call is to end, once it is decided. */
export interface Ending {
  readonly reason: EndReason;
  readonly party: EndParty;
  readonly detail: string | null;
}

/** A goodbye under way. */
export interface Closing extends Ending {
  /** Null: the agent has said goodbye already. */
  readonly say: string | null;
  readonly responseId: string | null;
  /** `asked` → `playing` → `grace` → `words` (waiting for what the caller said over it). */
  readonly stage: 'asked' | 'playing' | 'grace' | 'words';
  readonly tries: number;
  /** Whether a caller who goes on may call it off. */
  readonly cancellable: boolean;
  readonly callerSpoke: boolean;
  /** What the caller said over the goodbye, as far as it was transcribed. */
  readonly callerWords: string;
  /** Items said over the goodbye whose transcript has not come. */
  readonly unheard: readonly string[];
}

/** A hand-over to a person under way. */
export interface Transfer {
  readonly targetKey: string;
  readonly stage: 'announcing' | 'referred';
  /** The response that announces it. */
  readonly responseId: string | null;
}

export interface Conversation {
  readonly phase: Phase;
  readonly attached: boolean;
  readonly notice: NoticeProof;
  /** Set once response.create for the greeting was asked for: it is never asked for on another sideband. */
  readonly greeted: boolean;
  readonly greetingId: string | null;
  readonly greetingTries: number;
  /** Whether the greeting began to be played, as far as can be known. */
  readonly greetingBegan: boolean;
  /** The greeting is late: whether the line still answers is being asked. */
  readonly greetingAsked: boolean;
  /**
   * The sideband, or the old owner, was lost before there was a sign of the greeting. `open`: a message of ours will tell by its
   * place whether anything was said. `empty`: nothing was, and nothing may come of what was asked for.
   */
  readonly greetingDoubt: 'none' | 'open' | 'empty';
  readonly callerSpeaking: boolean;
  /** The caller has the word: from their first syllable until what they said is in the conversation. */
  readonly turnOpen: boolean;
  /** Item of the caller's latest utterance. */
  readonly utterance: string | null;
  /** The caller's turn ended and nobody has answered it. */
  readonly callerWaits: boolean;
  /** A response was asked for and has not begun. */
  readonly expecting: boolean;
  /** A response is being generated. */
  readonly generating: string | null;
  /** A response is being played to the caller. */
  readonly playing: string | null;
  /** The response whose playback ended last. */
  readonly heard: string | null;
  /** A sentence of the service of which nothing was heard yet. */
  readonly saying: Saying | null;
  /**
   * The sideband was lost while a response was being generated: what it came to is not known. It may have called a
   * function that nobody heard of.
   */
  readonly lostResponse: boolean;
  readonly openTools: number;
  /** Rungs of the silence ladder taken: 0 to 3. */
  readonly silence: number;
  /** Failed, stuck or missing responses in a row. */
  readonly stalls: number;
  /** Keys of an entry that is not complete. */
  readonly keys: string;
  readonly keypad: KeypadTalk;
  readonly closing: Closing | null;
  /** A goodbye was called off: the next one is final. */
  readonly calledOff: boolean;
  readonly transfer: Transfer | null;
  /** A sentence of the team's under way. */
  readonly order: Order | null;
  readonly ending: Ending | null;
}

export const INITIAL: Conversation = Object.freeze({
  phase: 'attaching',
  attached: false,
  notice: 'pending',
  greeted: false,
  greetingId: null,
  greetingTries: 0,
  greetingBegan: false,
  greetingAsked: false,
  greetingDoubt: 'none',
  callerSpeaking: false,
  turnOpen: false,
  utterance: null,
  callerWaits: false,
  expecting: false,
  generating: null,
  playing: null,
  heard: null,
  saying: null,
  lostResponse: false,
  openTools: 0,
  silence: 0,
  stalls: 0,
  keys: '',
  keypad: NO_KEYS,
  closing: null,
  calledOff: false,
  transfer: null,
  order: null,
  ending: null,
});

export type CallEvent =
  | { readonly kind: 'attached' }
  /** The first sideband of a new owner; `ageMs`: since the call was claimed. */
  | { readonly kind: 'taken_over'; readonly ageMs: number; readonly unfinished: Unfinished }
  | { readonly kind: 'detached' }
  /** Re-attaching found no such call: the caller has left. */
  | { readonly kind: 'gone' }
  /** Re-attaching was given up. */
  | { readonly kind: 'unreachable' }
  | {
      readonly kind: 'response_created';
      readonly responseId: string;
      readonly purpose: ResponsePurpose | null;
    }
  | {
      readonly kind: 'response_done';
      readonly responseId: string;
      readonly status: ResponseStatus;
    }
  | { readonly kind: 'response_refused'; readonly purpose: ResponsePurpose; readonly code: string }
  /** A message of ours is in the conversation; `first`: nothing was said before it. */
  | { readonly kind: 'note_added'; readonly first: boolean }
  /** The session answered a session.update: all that happened before it has been told. */
  | { readonly kind: 'session_updated' }
  | { readonly kind: 'playback_started'; readonly responseId: string }
  | { readonly kind: 'playback_stopped'; readonly responseId: string }
  | { readonly kind: 'playback_cleared'; readonly responseId: string }
  | { readonly kind: 'speech_started'; readonly itemId: string }
  | { readonly kind: 'speech_stopped' }
  | { readonly kind: 'turn_committed' }
  | { readonly kind: 'caller_text'; readonly itemId: string; readonly text: string }
  | { readonly kind: 'key_pressed'; readonly key: string }
  /** The desk for keys has done what there was to do. */
  | {
      readonly kind: 'keys_answered';
      readonly say: KeypadSpeech | null;
      /** Whether the model is to answer. */
      readonly reply: boolean;
      /** Whether a further key is waited for. */
      readonly open: boolean;
    }
  | { readonly kind: 'tool_started' }
  /** All functions of a response are answered, and the response is done. */
  | {
      readonly kind: 'tools_answered';
      readonly responseId: string;
      readonly outputs: readonly string[];
      readonly control: ToolControl | null;
      /** What the agent said in the same response. */
      readonly spoken: string;
      readonly failuresInRow: number;
    }
  | { readonly kind: 'tool_slow' }
  | { readonly kind: 'timer'; readonly name: TimerName }
  /** `ok`: the caller may be leaving. */
  | { readonly kind: 'refer_answered'; readonly ok: boolean }
  | { readonly kind: 'hung_up'; readonly ok: boolean }
  /** The team wants something: a sentence, or a transfer to a key of TRANSFER_TARGETS. */
  | { readonly kind: 'ordered'; readonly order: 'say' | 'transfer'; readonly argument: string }
  /** Somebody outside the conversation wants it to end politely. */
  | { readonly kind: 'close_requested'; readonly reason: EndReason; readonly party: EndParty }
  /** It has to end now, without words. */
  | {
      readonly kind: 'abort';
      readonly reason: EndReason;
      readonly party: EndParty;
      readonly detail: string | null;
    };

export type Effect =
  | { readonly kind: 'respond'; readonly request: ResponseRequest }
  | { readonly kind: 'cancel_response' }
  /** Whether the caller has the word: what waits its turn then waits for them, too. */
  | { readonly kind: 'floor'; readonly caller: boolean }
  /** Who may interrupt whom: `closing` lets the agent finish. */
  | { readonly kind: 'listen'; readonly mode: 'conversation' | 'closing' }
  /** Complete entries on the keypad, in order, for the desk. */
  | { readonly kind: 'keys'; readonly entries: readonly string[] }
  /** What was pressed is to take effect without a voice. */
  | { readonly kind: 'settle_keys' }
  | { readonly kind: 'timer'; readonly name: TimerName; readonly ms: number }
  | { readonly kind: 'stop_timer'; readonly name: TimerName }
  | { readonly kind: 'notice'; readonly proof: NoticeProof }
  | { readonly kind: 'refer'; readonly targetKey: string }
  | { readonly kind: 'order_settled'; readonly outcome: OrderOutcome }
  /** The call is being ended: stored before the hang-up is asked for. */
  | { readonly kind: 'ending' }
  /** The goodbye was called off: the call is live again. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'end'; readonly ending: Ending }
  /** The hang-up failed: the sweeper has to end the call. */
  | { readonly kind: 'abandon'; readonly ending: Ending }
  | { readonly kind: 'alarm'; readonly code: string };

/** What the conversation goes by: the same object for all calls of a scenario. */
export interface ConversationRules {
  readonly greeting: string;
  readonly phrases: ScenarioPhrases;
  readonly farewellMarkers: readonly string[];
  readonly callerClosings: readonly string[];
  /** Waits before the three rungs of the silence ladder, ms. */
  readonly silenceMs: readonly [reprompt: number, keypad: number, close: number];
  readonly maxCallMs: number;
}
