import { foldForMentions, numberOf } from './spoken-mention.ts';
import { speakInstant, speakPlace, speakTime, type SpokenSlot } from './spoken-format.ts';
import { tokyoTime } from './spoken-calendar.ts';

/** Characters. A sentence over the telephone has to be kept in mind until the answer. */
export const MAX_READ_BACK = 120;

/** A change that is proposed and not stored yet. Instants in ms since the epoch. */
export type ProposedChange =
  | { readonly kind: 'attend' | 'absent' | 'withdraw' | 'online'; readonly slot: SpokenSlot }
  /** `givesUp` is what whoever waits loses by it: the seat of another date, taking part online, or nothing. */
  | { readonly kind: 'waitlist'; readonly slot: SpokenSlot; readonly givesUp: 'seat' | 'online' | null }
  /** `arrivesAt` is when the caller expects to be there. */
  | { readonly kind: 'late'; readonly slot: SpokenSlot; readonly arrivesAt: number }
  | { readonly kind: 'move'; readonly from: SpokenSlot; readonly to: SpokenSlot }
  /** `decidesAt` is when the caller will be asked again, null when it was not said. */
  | { readonly kind: 'undecided'; readonly slot: SpokenSlot; readonly decidesAt: number | null };

/** The end of every read-back: with it the question is complete. */
const QUESTION = 'よろしいでしょうか。';

/**
 * The sentence that is read back before a change is stored: weekday, date, time, place and what will be done, ending with
 * a question of yes or no. At most `MAX_READ_BACK` characters.
 */
export function readBack(change: ProposedChange): string {
  return `${statementOf(change)}、${QUESTION}`;
}

/** The change as a statement without its end: …に、ご出席ということで. */
export function statementOf(change: ProposedChange): string {
  switch (change.kind) {
    case 'attend':
      return `${speakInstant(change.slot.startsAt)}から${placeWith(change.slot, 'での')}説明会に、ご出席ということで`;
    case 'absent':
      return `${speakInstant(change.slot.startsAt)}から${placeWith(change.slot, 'での')}説明会は、ご欠席ということで`;
    case 'withdraw':
      return `${speakInstant(change.slot.startsAt)}から${placeWith(change.slot, 'での')}説明会は、ご辞退ということで`;
    case 'late': {
      const { hour, minute } = tokyoTime(change.arrivesAt);
      return `${speakInstant(change.slot.startsAt)}から${placeWith(change.slot, 'での')}説明会に、遅れて${speakTime(hour, minute)}ごろのご到着ということで`;
    }
    case 'move':
      return `${speakInstant(change.from.startsAt)}からのご予約を、${speakInstant(change.to.startsAt)}から${placeWith(change.to, 'での')}説明会に変更ということで`;
    case 'online':
      return `${speakInstant(change.slot.startsAt)}からの説明会に、会場ではなくオンラインでのご参加ということで`;
    case 'waitlist':
      return `${speakInstant(change.slot.startsAt)}から${placeWith(change.slot, 'での')}説明会は満席ですので、${lossOf(change)}キャンセル待ちということで`;
    case 'undecided': {
      const again = change.decidesAt === null ? '' : `、${speakInstant(change.decidesAt)}ごろに改めて確認`;
      return `${speakInstant(change.slot.startsAt)}からの説明会は、ご出席は未定${again}ということで`;
    }
  }
}

function lossOf({ givesUp }: ProposedChange & { kind: 'waitlist' }): string {
  if (givesUp === 'seat') return 'いまのお席を取り消して、';
  return givesUp === 'online' ? 'オンラインでのご参加を取り消して、' : '';
}

function placeWith(slot: SpokenSlot, particle: string): string {
  const place = speakPlace(slot);
  return place === null ? 'の' : `、${place}${particle}`;
}

/**
 * Whether a transcript of the agent's speech holds the whole read-back: every part of `sentence`, in order, and its
 * question to the end. Width, script, spaces, punctuation and hinted readings do not matter; a changed date, time, place
 * or a missing end does.
 */
export function saysReadBack(transcript: string, sentence: string): boolean {
  return comparable(transcript).includes(comparable(sentence));
}

function comparable(text: string): string {
  return foldForMentions(text)
    .replace(/\([ぁ-ん]+\)/gu, '')
    .replace(/[〇零一二三四五六七八九十]+(?=[月日時分])/gu, (number) => String(kanjiNumber(number)))
    .replace(/[\p{P}\p{S}]/gu, '');
}

function kanjiNumber(text: string): number {
  return numberOf(text.replaceAll('零', '〇'));
}
