import { draftFor, type MessageDraft } from './message.ts';
import type { OwnRegistration } from './slots.ts';
import type * as understand from './understanding.ts';

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
  /** The day for which `registrations` were looked up; null: for none. */
  lookedFor: string | null;
  /** `YYYY-MM-DD`, as the instructions tell it; null: they do not. */
  today: string | null;
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

/** Before anything was said. */
export function blank(): Memory {
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
    lookedFor: null,
    today: null,
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

/** The agent asks who is calling, or looks something up: what was asked before stays open. */
export function isStillOpen(said: string): boolean {
  return /お名前|大学名|予約番号|日にち|お調べいたします/u.test(said);
}
