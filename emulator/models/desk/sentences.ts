import type { MessageDraft } from './message.ts';
import type { Topic, WishKind } from './understanding.ts';
import { listed, timeAloud, type OfferedSlot, type OwnRegistration } from './slots.ts';

/** Every sentence that the stand-in says at the attendance desk. Read them aloud before you change one. */

export const ASK_WISH = 'ご出席、ご欠席、日程のご変更など、どのようなご用件でしょうか。';
export const ASK_NAME = '恐れ入りますが、お名前をフルネームでお願いできますでしょうか。';
export const ASK_READING = '恐れ入ります、お名前の読み方を、もう一度ゆっくりお願いできますでしょうか。';
export const ASK_ARRIVAL = '何時ごろのご到着になりそうでしょうか。';
export const ASK_LATER_ARRIVAL =
  '恐れ入ります、開始のあとの、ご到着の時刻をもう一度お願いできますでしょうか。';
export const ANYTHING_ELSE = 'ほかにご用件はございますでしょうか。';
export const GO_ON = 'はい、どのようなご用件でしょうか。';
export const LOOKING_UP = 'ただいまお調べいたします。';
export const AS_IT_IS = 'かしこまりました。いまのご予約のままといたします。';
export const I_WAIT = 'はい、お待ちしております。';
export const NOT_FOUND_ONCE =
  '恐れ入りますが、こちらでは確認できませんでした。もう一度、お名前をフルネームと、予約番号をお願いできますでしょうか。';
export const NOT_CONFIRMED = '恐れ入りますが、こちらでは確認できませんでした。担当者への伝言として承ります。';
export const FOR_A_PROXY =
  '恐れ入りますが、お申し込みの変更は、ご本人様からのお電話で承っております。担当者への伝言として承ります。';
export const NOT_KNOWN_HERE =
  '申し訳ございません、こちらでは分かりかねますので、担当者への伝言として承ります。';
export const NOT_POSSIBLE =
  '申し訳ございません、こちらではお手続きいたしかねますので、担当者への伝言として承ります。';
export const NOT_TRANSFERRED =
  '申し訳ございません、ただいま担当者におつなぎできませんので、伝言として承ります。';
export const LEAVE_A_MESSAGE = 'かしこまりました。担当者への伝言として承ります。';
export const NO_BRIEFING =
  '恐れ入ります、これからの説明会のご予約が見当たりませんので、担当者への伝言として承ります。';
export const NOT_AS_SAID = '失礼いたしました。';
export const BEFORE_SAVING = 'かしこまりました。';
export const PASSED_ON = '担当者に申し伝えます。';
export const LATER = '申し訳ございません、そちらは担当者より折り返しご案内いたします。';
export const NOT_SAVED =
  '申し訳ございません、うまく記録できませんでした。もう一度お預かりしてもよろしいでしょうか。';
export const SOMEBODY_ELSE =
  '申し訳ございません、ほかの方のお申し込みについては、お答えいたしかねます。ほかにご用件はございますでしょうか。';
export const WHAT_INSTEAD = '失礼いたしました。どのように承ればよろしいでしょうか。';
export const DECIDE =
  'まだお決まりでなければ、未定として承ることもできます。ご出席、ご欠席、未定のどれになさいますか。';

export const SENT = `メッセージをお送りします。${ANYTHING_ELSE}`;
export const NOT_SENT = `申し訳ございません、いまはメッセージをお送りできません。${ANYTHING_ELSE}`;

const RECEIVED: Readonly<Record<WishKind, string>> = {
  attend: 'ご出席のご連絡ですね、ありがとうございます。',
  absent: 'ご欠席ですね、ご連絡ありがとうございます。',
  withdraw: 'ご辞退のご連絡ですね、承知いたしました。',
  late: '遅れていらっしゃるのですね、ご連絡ありがとうございます。',
  move: '日程のご変更ですね、承知いたしました。',
  wait: 'キャンセル待ちですね、承知いたしました。',
  online: 'オンラインでのご参加ですね、承知いたしました。',
  undecided: 'まだお決まりでないとのこと、承知いたしました。',
  pass_on: 'はい、ご伝言を承ります。',
};

/** Said to somebody who is ill, once, without a question. */
const GET_WELL = 'どうぞお大事になさってください。';

const STORED: Readonly<Record<string, string>> = {
  attend: 'ご出席を承りました。',
  absent: 'ご欠席と承りました。',
  withdraw: 'ご辞退と承りました。',
  late: 'どうぞお気をつけてお越しください。',
  move: 'ご予約を変更いたしました。',
  wait: 'キャンセル待ちを承りました。お席が空きましたら、ご連絡いたします。',
  online: 'オンラインでのご参加を承りました。',
  undecided: '未定と承りました。',
};

const FOR_THE_TEAM: Readonly<Record<WishKind, string>> = {
  attend: 'ご出席',
  absent: 'ご欠席',
  withdraw: 'ご辞退',
  late: 'ご到着が遅れる',
  move: '日程の変更をご希望',
  wait: 'キャンセル待ちをご希望',
  online: 'オンラインでのご参加をご希望',
  undecided: 'ご出席は未定',
  pass_on: 'ご伝言',
};

const RELATIONS: Readonly<Record<string, string>> = {
  母: 'お母様',
  父: 'お父様',
  姉: 'お姉様',
  兄: 'お兄様',
  妹: '妹様',
  弟: '弟様',
  祖母: 'おばあ様',
  祖父: 'おじい様',
  妻: '奥様',
  夫: 'ご主人様',
};

/** How a wish is received that was just heard, with sympathy where somebody is ill. */
export function received(kind: WishKind, reason: string | null): string {
  const ill = reason === 'unwell' && (kind === 'absent' || kind === 'late' || kind === 'move');
  return RECEIVED[kind] + (ill ? GET_WELL : '');
}

/**
 * A change is stored.
 *
 * @param follows whether a message about it is sent
 */
export function stored(decision: string, arrival: string | null, follows: boolean): string {
  const late = arrival === null ? '' : `${timeAloud(arrival)}ごろのご到着と承りました。`;
  const message = follows ? '確認のメッセージをお送りします。' : '';
  return `${late}${STORED[decision] ?? 'ご用件を承りました。'}${message}${ANYTHING_ELSE}`;
}

/** What may be had instead: the free dates, and the waiting list of the one that was wished for. */
export function offer(full: OfferedSlot | null, others: readonly OfferedSlot[]): string {
  const free = listed(others);
  if (full === null)
    return free === '' ? NOT_POSSIBLE : `空いておりますのは、${free}でございます。どちらになさいますか。`;
  const sorry = `あいにく、${full.when}からの回は満席でございます。`;
  // Whoever waits gives up the seat they hold: that has to be known before it is chosen.
  const waiting = 'その場合、いまのお席は取り消しとなります。';
  return free === ''
    ? `${sorry}キャンセル待ちを承れますが、${waiting}キャンセル待ちになさいますか。`
    : `${sorry}空いておりますのは、${free}でございます。キャンセル待ちも承れますが、${waiting}いかがなさいますか。`;
}

/** There is no such date. */
export function noSuchDate(others: readonly OfferedSlot[]): string {
  return `恐れ入ります、その日の説明会はございません。${offer(null, others)}`;
}

/** The date that was wished for is the one that is reserved. */
export function alreadyThere({ reserved }: OwnRegistration): string {
  return `${reserved}で、お席をお取りしております。${ANYTHING_ELSE}`;
}

/** Several registrations: which one is meant. */
export function whichOne(own: readonly OwnRegistration[]): string {
  return `${own.map(({ reserved }) => reserved).join('と、')}のご予約がございます。どちらの日でしょうか。`;
}

/** The answer to a question from the facts of the briefing, or null when they do not tell. */
export function answerTo(topic: Topic, own: OwnRegistration): string | null {
  const fact = (name: string): string | null => {
    const value = own.facts[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const place = /から、(.+)$/u.exec(own.reserved)?.[1] ?? fact('place');
  switch (topic) {
    case 'own':
      return `${own.reserved}で、ご予約を承っております。`;
    case 'place':
      if (place === 'オンライン') return 'オンラインでの開催でございます。';
      return place === null ? null : `会場は、${place}でございます。`;
    case 'items':
      return told('お持ち物は', fact('what_to_bring'));
    case 'dress':
      return told('服装は', fact('dress'));
    case 'contact':
      return told('お問い合わせ先は', fact('contact'));
    case 'somebody_else':
      return SOMEBODY_ELSE;
    case 'in_writing':
    case 'other':
      return null;
  }
}

/** What is asked next for a message. */
export function askForMessage(need: 'name' | 'content' | 'confirm', draft: MessageDraft): string {
  if (need === 'name') {
    return draft.why === 'proxy'
      ? '恐れ入りますが、ご本人様のお名前をフルネームでお願いできますでしょうか。'
      : ASK_NAME;
  }
  if (need === 'content') return 'どのようなことをお伝えいたしましょうか。';
  return `${summary(draft)}とのこと、担当者に申し伝えるということで、よろしいでしょうか。`;
}

/** The message as the team reads it. */
export function messageBody(draft: MessageDraft): string {
  return `${summary(draft)}とのことです。`;
}

function summary(draft: MessageDraft): string {
  const { name, relation, wish, date, content } = draft;
  const from = relation === null ? `${name}様より` : `${name}様の${RELATIONS[relation] ?? relation}より`;
  const what =
    wish === null ? `「${content}」` : `${date === null ? '' : `${date}の`}説明会は、${FOR_THE_TEAM[wish]}`;
  return `${from}、${what}`;
}

function told(subject: string, fact: string | null): string | null {
  return fact === null ? null : `${subject}、${fact}とご案内しております。`;
}
