import { isObject } from '../../schema.ts';
import type { ModelItem } from '../../types.ts';
import { intentOfKey, keysIn } from '../keypad.ts';
import * as hear from '../listening.ts';
import { answerFrom, knownAnswers } from './faq.ts';
import { draftFor, noteForMessage, type MessageDraft } from './message.ts';
import { nameIn } from './readings.ts';
import { namesDay, registrationsIn, type OwnRegistration } from './slots.ts';
import * as understand from './understanding.ts';

/** What the caller wants, with what was said about it. */
export interface Wish {
  readonly kind: understand.WishKind;
  /** The sentences in which it was said. */
  readonly words: string;
  /** The last sentence that named a day or chose among those offered. */
  readonly day: string;
  readonly reason: string | null;
}

/** What the caller said of themselves; each is told to the tool once. */
export interface Claim {
  readonly kana_name?: string;
  readonly university?: string;
  readonly reservation_code?: string;
}

/** What a tool answered last, when nobody has spoken since. */
export interface LastOutput {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What the conversation has come to. */
export interface Memory {
  wish: Wish | null;
  topic: understand.Topic | null;
  /** What the instructions answer to the question that is open; null: nothing. */
  known: string | null;
  claim: Claim;
  /** What `identify_caller` was told since it last found nobody. */
  told: Claim;
  /** The name as it was said, and whether its reading is not known. */
  name: string | null;
  unreadable: boolean;
  level: 'none' | 'read' | 'change';
  /** The question that `identify_caller` answered with. */
  question: string | null;
  /** Times that nobody was found. */
  notFound: number;
  registrations: readonly OwnRegistration[] | null;
  /** Of the proposal that awaits an answer. */
  token: string | null;
  proposed: Readonly<Record<string, unknown>>;
  message: MessageDraft | null;
  /** Whether a proxy has been told that only applicants change their registration. */
  proxyTold: boolean;
  stored: number;
  messages: number;
  said: string;
  /** The caller's last words, also while tools are asked about them. */
  words: string;
  /** The same while nobody else has spoken or answered, else null. */
  heard: string | null;
  /** Whether the last words brought the wish. */
  fresh: boolean;
  output: LastOutput | null;
}

/** The agent asks who is calling, or looks something up. */
const STILL_OPEN = /お名前|大学名|予約番号|日にち|お調べいたします/u;

/** Reads the conversation from its beginning. The same items always make the same memory. */
export function recall(items: readonly ModelItem[], instructions: string): Memory {
  const memory = blank();
  const calls = new Map<string, { name: string; args: Record<string, unknown> }>();
  for (const item of items) {
    if (item.type === 'function_call') {
      calls.set(item.callId, { name: item.name, args: objectIn(item.arguments) });
    } else if (item.type === 'function_call_output') {
      const call = calls.get(item.callId);
      noteOutput(memory, { tool: call?.name ?? '', args: call?.args ?? {}, value: objectIn(item.output) });
    } else if (item.role === 'user' || keysIn(item.text) !== null) {
      noteCaller(memory, item.text, instructions);
    } else if (item.role === 'assistant') {
      noteAgent(memory, item.text);
    }
  }
  return memory;
}

/** What was said and not told to the tool yet. */
export function untold({ claim, told }: Memory): Claim {
  return Object.fromEntries(
    Object.entries(claim).filter(([key, value]) => told[key as keyof Claim] !== value),
  );
}

/** A message for the team is begun with what is known; what it lacks is asked for. */
export function openMessage(memory: Memory): void {
  if (memory.message !== null) return;
  const { name, wish, words, topic, notFound } = memory;
  const kind = topic === null ? wish?.kind : undefined;
  memory.message = draftFor({
    why: topic !== null ? 'question' : notFound > 0 ? 'not_found' : 'unknown',
    name,
    wish: kind ?? null,
    words: topic === null ? (wish?.words ?? '') : words,
  });
}

function blank(): Memory {
  return {
    wish: null,
    topic: null,
    known: null,
    claim: {},
    told: {},
    name: null,
    unreadable: false,
    level: 'none',
    question: null,
    notFound: 0,
    registrations: null,
    token: null,
    proposed: {},
    message: null,
    proxyTold: false,
    stored: 0,
    messages: 0,
    said: '',
    words: '',
    heard: null,
    fresh: false,
    output: null,
  };
}

/** What the agent has said also tells where the conversation stands. */
function noteAgent(memory: Memory, text: string): void {
  memory.said = text;
  memory.heard = null;
  memory.output = null;
  memory.proxyTold ||= /ご本人様からのお電話/u.test(text);
  if (/伝言として承ります/u.test(text)) openMessage(memory);
  if (/お席をお取りしております/u.test(text)) memory.wish = null;
  // A question is open until it was answered: while somebody is identified, and looked up, it stays.
  if (memory.token === null && !STILL_OPEN.test(text)) {
    memory.topic = null;
    memory.known = null;
  }
}

function noteCaller(memory: Memory, text: string, instructions: string): void {
  memory.heard = text;
  memory.words = text;
  memory.output = null;
  memory.fresh = false;
  const keys = keysIn(text);
  // An answer to a read-back is judged by the tool, not here.
  if (memory.token !== null) return;
  if (keys !== null) return noteKeys(memory, keys.replace(/#$/u, ''), instructions);
  const relation = understand.proxyIn(text);
  if (relation !== null && memory.message === null) {
    memory.message = draftFor({ why: 'proxy', relation, name: null, wish: null, words: '' });
    noteForMessage(memory.message, text, '');
    return;
  }
  if (memory.message !== null) return noteForMessage(memory.message, text, memory.said);
  noteIdentity(memory, text);
  // 欠席すると選考に影響しますか asks, and is no absence.
  memory.known = understand.isAsked(text) ? answerFrom(knownAnswers(instructions), text) : null;
  if (memory.known === null) noteWish(memory, text);
  else memory.topic = 'other';
}

function noteKeys(memory: Memory, keys: string, instructions: string): void {
  if (keys.length > 1) {
    memory.claim = { ...memory.claim, reservation_code: keys };
    return;
  }
  const intent = intentOfKey(keys, instructions);
  if (intent === null) return;
  const kind = intent === 'change' ? 'move' : intent;
  if (kind === 'other') return;
  memory.wish = { kind, words: '', day: '', reason: null };
  memory.fresh = true;
}

function noteIdentity(memory: Memory, text: string): void {
  const asked = (pattern: RegExp): boolean => pattern.test(memory.said);
  const name = nameIn(text, asked(/お名前/u));
  if (name !== null && (memory.claim.kana_name === undefined || asked(/お名前/u))) {
    memory.name = name.spoken;
    memory.unreadable = name.kana === null;
    if (name.kana !== null) memory.claim = { ...memory.claim, kana_name: name.kana };
  }
  if (memory.level === 'change') return;
  const university = understand.universityIn(text, asked(/大学名/u));
  if (university !== null) memory.claim = { ...memory.claim, university };
  const code = understand.codeIn(text, asked(/予約番号を/u) && name === null);
  if (code !== null) memory.claim = { ...memory.claim, reservation_code: code };
}

function noteWish(memory: Memory, text: string): void {
  const { wish } = memory;
  // その日はどうですか chooses a date, while one is looked for.
  const topic = choosesDate(wish) && namesDay(text) ? null : understand.topicIn(text);
  const said = topic === null || wish === null ? understand.wishIn(text) : null;
  // Who does not know the code is not undecided about the briefing.
  const kind = said === 'undecided' && STILL_OPEN.test(memory.said) ? null : said;
  if (choosesDate(wish) && understand.keepsIt(text)) {
    memory.wish = null;
    return;
  }
  if (topic !== null && kind === null) memory.topic = topic;
  if (kind !== null) {
    const chooses = choosesDate(wish);
    memory.fresh = !chooses;
    memory.wish = {
      // 26日に参加します is the choice of a date, while one is looked for.
      kind: chooses && kind === 'attend' ? 'move' : kind,
      words: text,
      day: namesDay(text) ? text : (wish?.day ?? ''),
      reason: understand.reasonIn(text),
    };
  } else if (wish !== null) {
    memory.wish = {
      ...wish,
      // Another day than the full one is no place on its waiting list.
      kind: wish.kind === 'wait' && namesDay(text) ? 'move' : waitsInstead(memory, text) ? 'wait' : wish.kind,
      // The newest words first: a time that was corrected comes before the one it replaces.
      words: `${text}。${wish.words}`,
      day: dayOf(memory, wish, text),
      reason: wish.reason ?? understand.reasonIn(text),
    };
  }
}

function choosesDate(wish: Wish | null): boolean {
  return wish?.kind === 'move' || wish?.kind === 'wait';
}

/** はい、お願いします to the offer of one date chooses that date. */
function dayOf({ said }: Memory, wish: Wish, text: string): string {
  if (namesDay(text)) return text;
  const one = /どちらになさいますか/u.test(said) && !/または/u.test(said);
  return one && hear.saysYes(text) ? said : wish.day;
}

/** はい、お願いします to the offer of the waiting list alone. */
function waitsInstead(memory: Memory, text: string): boolean {
  return /キャンセル待ちになさいますか/u.test(memory.said) && hear.saysYes(text);
}

function noteOutput(memory: Memory, output: LastOutput): void {
  memory.output = output;
  memory.heard = null;
  const { tool, args, value } = output;
  if (tool === 'identify_caller') noteVerdict(memory, args, value);
  else if (tool === 'check_slots') memory.registrations = registrationsIn(value) ?? memory.registrations;
  else if (tool === 'update_attendance') noteUpdate(memory, args, value);
  else if ((tool === 'take_message' || tool === 'save_lead') && succeeded(value)) {
    memory.messages += 1;
    if (memory.message?.why !== 'question') memory.wish = null;
    memory.message = null;
    memory.topic = null;
  }
}

function noteVerdict(memory: Memory, args: LastOutput['args'], value: LastOutput['value']): void {
  memory.told = { ...memory.told, ...args };
  memory.question = textOf(value['question']) ?? textOf(value['to_change_ask']);
  if (value['status'] === 'verified') {
    memory.level = value['may_change'] === true ? 'change' : 'read';
  } else if (value['status'] === 'not_found') {
    memory.notFound += 1;
    memory.claim = {};
    memory.told = {};
    if (memory.notFound > 1 || !/once more/u.test(String(value['hint']))) {
      openMessage(memory);
    }
  }
}

function noteUpdate(memory: Memory, args: LastOutput['args'], value: LastOutput['value']): void {
  const token = textOf(value['confirmation_token']);
  const { confirmation_token: _, ...decision } = args;
  memory.proposed = decision;
  switch (value['status']) {
    case 'stored':
      memory.stored += 1;
      memory.registrations = null;
      memory.wish = null;
      memory.token = null;
      break;
    case 'corrected':
      memory.token = null;
      noteCorrection(memory);
      break;
    case 'declined':
      memory.token = null;
      memory.wish = null;
      break;
    case 'no_answer_yet':
    case 'caller_needs_a_moment':
      break;
    case 'not_answered':
      memory.topic = understand.topicIn(memory.words);
      memory.token = null;
      break;
    case 'full':
    case 'changed_meanwhile':
      memory.registrations = null;
      memory.token = null;
      break;
    default:
      memory.token = token;
  }
}

/** Another day than the one that was read back is a wish to go there. */
function noteCorrection(memory: Memory): void {
  noteWish(memory, memory.words);
  const { wish, words } = memory;
  if (wish !== null && namesDay(words) && wish.kind !== 'absent' && wish.kind !== 'late') {
    memory.wish = { ...wish, kind: wish.kind === 'wait' ? 'wait' : 'move', day: words };
  }
}

function succeeded(value: LastOutput['value']): boolean {
  return value['ok'] !== false && value['error'] === undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function objectIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    // Whoever answers a function call may answer anything.
    return {};
  }
}
