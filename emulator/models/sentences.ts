import type { Memo, Need } from './memo.ts';

/** How the wish is told to the team and read back to the caller. */
const WISH = { attend: 'ご出席', absent: 'ご欠席', late: 'ご遅刻', change: '日程のご変更', other: 'ご伝言' };

export const NOT_HEARD = '恐れ入ります、よく聞き取れませんでした。もう一度お願いできますでしょうか。';
export const BEFORE_SAVING = 'かしこまりました。';
export const AFTER_SAVING = '担当者に申し伝えます。ほかにご用件はございますでしょうか。';
export const NOT_SAVED =
  '申し訳ございません、うまく記録できませんでした。もう一度お預かりしてもよろしいでしょうか。';
export const NUMBER_AGAIN =
  '恐れ入りますが、折り返しのお電話番号を、市外局番からもう一度お願いできますでしょうか。';
export const TRANSFERRING = '担当者におつなぎいたします。そのままお待ちください。';
export const NOT_TRANSFERRED =
  '申し訳ございません、ただいま担当者におつなぎできません。よろしければ、ご伝言を承ります。';
export const GOODBYE = 'お電話ありがとうございました。それでは失礼いたします。';
export const YES_AN_AI = 'はい、AIがお受けしております。';
export const GET_WELL = 'どうぞお大事になさってください。';
export const WHAT_IS_WRONG = '失礼いたしました。どちらが違っておりますでしょうか。';
export const ONCE_MORE = '恐れ入ります、以上の内容で担当者に伝えるということで、よろしいでしょうか。';

/** The question for what is missing. */
export function questionFor(need: Need, memo: Memo): string {
  switch (need) {
    case 'intent':
      return 'ご出席、ご欠席、そのほか、どのようなご用件でしょうか。';
    case 'name':
      return '恐れ入りますが、お名前をフルネームでお願いできますでしょうか。';
    case 'date':
      return 'どちらの日の説明会でしょうか。日付をお願いいたします。';
    case 'detail':
      return detailQuestion(memo);
    case 'callback':
      return NUMBER_AGAIN;
    case 'confirm':
    case 'save':
      return `${readBack(memo)}。以上でお間違いないでしょうか。`;
    case 'anything_else':
      return 'ほかにご用件はございますでしょうか。';
    default:
      return need satisfies never;
  }
}

/** How a wish that was just understood is received. */
export function received(memo: Memo): string {
  switch (memo.intent) {
    case 'attend':
      return 'ご出席ですね、ありがとうございます。';
    case 'absent':
      return 'ご欠席ですね、ご連絡ありがとうございます。';
    case 'late':
      return '遅れていらっしゃるのですね、ご連絡ありがとうございます。';
    case 'change':
      return '日程のご変更ですね、承知いたしました。';
    case 'other':
      return 'はい、ご伝言を承ります。';
    case null:
      return '';
    default:
      return memo.intent satisfies never;
  }
}

/** The message as the team reads it. */
export function messageBody(memo: Memo): string {
  const date = memo.date ?? '';
  const number = memo.callback === null ? '' : `折り返し先は${memo.callback}です。`;
  switch (memo.intent) {
    case 'attend':
      return `${date}の説明会に出席されるとのことです。${number}`;
    case 'absent':
      return `${date}の説明会を欠席されるとのことです。${number}`;
    case 'late':
      return `${date}の説明会に遅れるとのことです (${memo.detail ?? ''})。${number}`;
    case 'change':
      return `${date}の説明会の日程変更をご希望です (${memo.detail ?? ''})。${number}`;
    case 'other':
    case null:
      return `${memo.detail ?? ''}${number === '' ? '' : ` ${number}`}`;
    default:
      return memo.intent satisfies never;
  }
}

function detailQuestion(memo: Memo): string {
  if (memo.intent === 'late') return 'おおよそ何時ごろのご到着でしょうか。';
  if (memo.intent === 'change') return 'ご希望の日はございますか。';
  return 'どのようなことをお伝えいたしましょうか。';
}

function readBack(memo: Memo): string {
  const name = `${memo.name ?? ''}様`;
  if (memo.intent === 'other' || memo.intent === null) return `${name}、「${memo.detail ?? ''}」とのこと`;
  const detail = memo.detail === null ? '' : `、${memo.detail}`;
  return `${name}、${memo.date ?? ''}の説明会は${WISH[memo.intent]}${detail}`;
}
