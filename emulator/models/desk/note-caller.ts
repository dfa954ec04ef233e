import { intentOfKey, keysIn } from '../keypad.ts';
import * as hear from '../listening.ts';
import { answerFrom, knownAnswers } from './faq.ts';
import { draftFor, noteForMessage } from './message.ts';
import { isStillOpen, type Memory, type Wish } from './memory.ts';
import { nameIn } from './readings.ts';
import { namesDay } from './slots.ts';
import * as understand from './understanding.ts';

/** What the caller has said, or keyed. */
export function noteCaller(memory: Memory, text: string, instructions: string): void {
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
  const code = understand.codeIn(text, asked(/(?:予約|受付)番号を/u) && name === null);
  if (code !== null) memory.claim = { ...memory.claim, reservation_code: code };
}

/** What of it tells what the caller wants. */
export function noteWish(memory: Memory, text: string): void {
  const { wish } = memory;
  // その日はどうですか chooses a date, while one is looked for.
  const topic = choosesDate(wish) && namesDay(text) ? null : understand.topicIn(text);
  const said = topic === null || wish === null ? understand.wishIn(text) : null;
  // Who does not know the code is not undecided about the briefing.
  const kind = said === 'undecided' && isStillOpen(memory.said) ? null : said;
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
