import { statementOf, type ProposedChange } from './confirmation-read-back.ts';
import { KEYED_LABELS, type KeyedDecision } from './keypad.ts';
import { speakInstant } from './spoken-format.ts';

/** What is said to somebody who uses the keypad, word for word; and what the team reads of it. */

/** Asks who is calling, in a way that needs no voice. */
export const ASK_FOR_CODE =
  'ご本人の確認のため、予約番号の数字を押し、終わりにシャープを押してください。番号がお分かりでなければ、お名前をお聞かせください。';

/** An unknown code, somebody else's and one from a number that is not on file: they sound the same. */
export const NOT_CONFIRMED =
  '恐れ入ります、ご本人の確認ができませんでした。もう一度、予約番号の数字とシャープを押すか、お名前をお聞かせください。';

/** Nothing could be stored; a person of the team goes on. */
export const LEFT_TO_TEAM =
  '恐れ入ります、こちらでは承ることができませんでした。押していただいた内容は担当者に申し伝え、折り返しご連絡いたします。';

const MENU = '出席は1、欠席は2、日程の変更やそのほかのご用件は3を押してください。';

/** The menu for a verified caller: it names the briefing, so that a key is an answer about it. */
export function menuFor(startsAt: number): string {
  return `確認できました。${speakInstant(startsAt)}からの説明会について、${MENU}`;
}

/** The caller said no to what was read back: nothing was changed, and the menu is open again. */
export function declined(startsAt: number): string {
  return `承知いたしました。変更はしておりません。${speakInstant(startsAt)}からの説明会について、${MENU}`;
}

/** A read-back that asks for a key. */
export function askForKey(readBack: string): string {
  return `${readBack}お電話のボタンで、よろしければ1を、違う場合は2を押してください。`;
}

/** What was stored, and how to end the call without a word. */
export function stored(change: ProposedChange): string {
  return `${statementOf(change)}承りました。ほかにご用件があればお話しください。なければ、このままお切りください。`;
}

/** Keys that nothing could be done with, for the team. */
export interface LeftKeys {
  /** Null: a code alone was keyed in. */
  readonly decision: KeyedDecision | null;
  /** A code that proved nobody; null: none. */
  readonly code: string | null;
  readonly verified: boolean;
}

const KEY_OF: Readonly<Record<KeyedDecision, string>> = { attend: '1', absent: '2', other: '3' };

/** The message to the team about keys that nothing could be done with. */
export function messageAbout({ decision, code, verified }: LeftKeys): string {
  const pressed =
    decision === null
      ? 'ご用件は伺えておりません。'
      : `「${KEY_OF[decision]}」（${KEYED_LABELS[decision]}）が押されました。`;
  const entered = code === null ? '' : `予約番号として「${code}」の入力がありました。`;
  const who = verified
    ? 'ご本人の確認は済んでいますが、名簿には記録していません。'
    : 'ご本人の確認はできていません。';
  return `お電話のボタン操作によるご連絡です。${pressed}${entered}${who}折り返しの確認をお願いします。`;
}
