import * as hear from '../listening.ts';
import { nameIn } from './readings.ts';
import { topicIn, wishIn, type WishKind } from './understanding.ts';

/** A message for the team in the making. */
export interface MessageDraft {
  /** Why the desk cannot do it itself. */
  readonly why: 'proxy' | 'not_found' | 'unknown' | 'question';
  /** How a proxy calls themselves, such as 母. */
  readonly relation: string | null;
  /** Whom it is about, as it was said. */
  name: string | null;
  wish: WishKind | null;
  date: string | null;
  /** The message in the caller's words, when it is no wish. */
  content: string | null;
  callback: string | null;
  confirmed: boolean;
  /** The caller has denied what was read back. */
  denied: boolean;
}

/** What the draft lacks; `save`: nothing, it was confirmed. */
export type MessageNeed = 'name' | 'content' | 'confirm' | 'save';

/** What a message begins with. */
export interface MessageOrigin {
  readonly why: MessageDraft['why'];
  readonly relation?: string | null;
  readonly name: string | null;
  readonly wish: WishKind | null;
  /** The sentences that it came from. */
  readonly words: string;
}

/** The question that ends a read-back of a message. */
const READ_BACK = /申し伝えるということで/u;
const ASKS_CONTENT = /お伝えいたしましょうか/u;
const ASKS_NAME = /お名前/u;

/** A message that begins with what is known. */
export function draftFor({ why, relation = null, name, wish, words }: MessageOrigin): MessageDraft {
  const own = wish === null || wish === 'pass_on';
  return {
    why,
    relation,
    name,
    wish: own ? null : wish,
    date: hear.dateOf(words),
    content: own ? hear.contentOf(words) : null,
    callback: null,
    confirmed: false,
    denied: false,
  };
}

/** How the name sounds; as it was said where that is not known. */
export function kanaOf({ name }: MessageDraft): string | null {
  return name === null ? null : (nameIn(name, true)?.kana ?? name);
}

/** What is missing. */
export function messageNeed(draft: MessageDraft): MessageNeed {
  if (draft.name === null) return 'name';
  if (draft.wish === null && draft.content === null) return 'content';
  return draft.confirmed ? 'save' : 'confirm';
}

/**
 * Takes a sentence in.
 *
 * @param said what the agent had said before it
 */
export function noteForMessage(draft: MessageDraft, text: string, said: string): void {
  draft.denied = false;
  if (READ_BACK.test(said)) {
    draft.confirmed = hear.saysYes(text);
    if (draft.confirmed) return;
    draft.denied = hear.saysNo(text);
  }
  draft.callback = hear.numberOf(text) ?? draft.callback;
  const name = nameIn(text, ASKS_NAME.test(said));
  if (name !== null) draft.name = name.spoken;
  draft.date = hear.dateOf(text) ?? draft.date;
  const wish = wishIn(text);
  if (wish !== null && wish !== 'pass_on') {
    draft.wish = wish;
    draft.content = null;
  } else if (draft.wish === null && (ASKS_CONTENT.test(said) || topicIn(text) !== null)) {
    draft.content = hear.contentOf(text) ?? draft.content;
  }
}
