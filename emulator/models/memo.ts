import { isObject } from '../schema.ts';
import type { ModelItem } from '../types.ts';
import { intentOfKey, keysIn } from './keypad.ts';
import * as hear from './listening.ts';

/** What the agent has to find out next, or do. */
export type Need = 'intent' | 'name' | 'date' | 'detail' | 'callback' | 'confirm' | 'save' | 'anything_else';

/** What the conversation has come to. */
export interface Memo {
  intent: hear.Intent | null;
  name: string | null;
  date: string | null;
  /** Time of arrival, wished date, or the message itself. */
  detail: string | null;
  callback: string | null;
  callbackUnreadable: boolean;
  confirmed: boolean;
  saved: boolean;
  /** Messages that were kept in this call. */
  savedCount: number;
  /** The last thing the caller said, null when something else came last. */
  lastHeard: string | null;
  /** What the agent had asked when the caller said it. */
  asked: Need;
  /** The output that came last, with the name of its tool. */
  lastOutput: { readonly tool: string; readonly ok: boolean } | null;
}

/** Reads the conversation from its beginning. The same items always make the same memo. */
export function recall(items: readonly ModelItem[], instructions: string): Memo {
  const memo = blank();
  const tools = new Map<string, string>();
  for (const item of items) {
    if (item.type === 'function_call') {
      tools.set(item.callId, item.name);
    } else if (item.type === 'function_call_output') {
      noteOutput(memo, tools.get(item.callId) ?? '', item.output);
    } else if (item.role === 'user' || keysIn(item.text) !== null) {
      noteCaller(memo, item.text, instructions);
    } else if (item.role === 'assistant') {
      memo.asked = needOf(memo);
    }
  }
  return memo;
}

/** What is missing in this memo. */
export function needOf(memo: Memo): Need {
  if (memo.saved) return 'anything_else';
  if (memo.intent === null) return 'intent';
  if (memo.name === null) return 'name';
  if (memo.intent !== 'other' && memo.date === null) return 'date';
  if (memo.detail === null && memo.intent !== 'attend' && memo.intent !== 'absent') return 'detail';
  if (memo.callbackUnreadable) return 'callback';
  return memo.confirmed ? 'save' : 'confirm';
}

function blank(): Memo {
  return {
    intent: null,
    name: null,
    date: null,
    detail: null,
    callback: null,
    callbackUnreadable: false,
    confirmed: false,
    saved: false,
    savedCount: 0,
    lastHeard: null,
    asked: 'intent',
    lastOutput: null,
  };
}

function noteOutput(memo: Memo, tool: string, output: string): void {
  const ok = succeeded(output);
  memo.lastOutput = { tool, ok };
  memo.lastHeard = null;
  if (tool !== 'take_message') return;
  memo.saved = ok;
  memo.savedCount += ok ? 1 : 0;
  memo.confirmed = ok;
  if (!ok && output.includes('callback_number')) memo.callbackUnreadable = true;
}

function noteCaller(memo: Memo, text: string, instructions: string): void {
  memo.lastHeard = text;
  memo.lastOutput = null;
  const keys = keysIn(text);
  const intent =
    keys === null ? hear.intentOf(text) : keys.length === 1 ? intentOfKey(keys, instructions) : null;
  if (memo.saved && intent !== null) startAgain(memo);
  const need = needOf(memo);
  if (need === 'confirm' && memo.asked === 'confirm') {
    noteConfirmation(memo, text);
    return;
  }
  const number = keys !== null && keys.length > 1 ? keys.replaceAll(/\D/gu, '') : hear.numberOf(text);
  if (number !== null) {
    memo.callback = number;
    memo.callbackUnreadable = false;
  }
  if (memo.intent === null && intent !== null) noteIntent(memo, intent, keys === null ? text : '');
  memo.name ??= hear.nameIn(text);
  if (memo.intent !== 'change' || need !== 'detail') memo.date ??= hear.dateOf(text);
  noteAnswer(memo, need, keys === null ? text : '');
}

function noteIntent(memo: Memo, intent: hear.Intent, text: string): void {
  memo.intent = intent;
  if (intent === 'late') memo.detail = hear.timeOf(text);
  if (intent === 'other') memo.detail = hear.contentOf(text);
}

/** Takes the sentence as the answer to what was asked, if it was asked. */
function noteAnswer(memo: Memo, need: Need, text: string): void {
  if (memo.asked !== need || hear.wantsPerson(text) || hear.asksForRobot(text)) return;
  const answer = hear.answerIn(text);
  if (answer === null || hear.saysGoodbye(text)) return;
  if (need === 'name') memo.name ??= answer;
  if (need === 'date') memo.date ??= /分から|わから|忘れ/u.test(text) ? '日付の分からない回' : answer;
  if (need === 'detail') memo.detail ??= answer;
}

function noteConfirmation(memo: Memo, text: string): void {
  if (hear.saysYes(text)) {
    memo.confirmed = true;
    return;
  }
  const date = hear.dateOf(text);
  const name = hear.nameIn(text);
  const intent = hear.intentOf(text);
  if (date !== null) memo.date = date;
  else if (name !== null) memo.name = name;
  if (intent !== null && intent !== 'other') memo.intent = intent;
}

/** A further request of the same caller. */
function startAgain(memo: Memo): void {
  const { name, savedCount, lastHeard } = memo;
  Object.assign(memo, blank(), { name, savedCount, lastHeard });
}

function succeeded(output: string): boolean {
  try {
    const value: unknown = JSON.parse(output);
    return !isObject(value) || (value['ok'] !== false && value['error'] === undefined);
  } catch {
    return true;
  }
}
