import { DATE_SIGN, plainAnswer, TIME_SIGN } from './confirmation-text.ts';
import { LONGEST_WORD, SENSES, type Sense } from './confirmation-words.ts';
import type { DateMention, TimeMention } from './spoken-mention.ts';

/** Characters. Nobody answers a question of yes or no at this length; more is not read. */
const MAX_ANSWER = 300;

/** What stands in an answer, before it is judged. */
export interface Scan {
  readonly senses: ReadonlySet<Sense>;
  /** The text between the known words, joined. Not empty: the answer says something that is not understood here. */
  readonly unknown: string;
  /** Asks something: ends in か, or a question mark was heard. */
  readonly asks: boolean;
  /** 行けなくはない: two negations, of which nobody is sure by ear. */
  readonly doubleNegation: boolean;
  /** Holds a sentence that speech recognition is known to invent over silence. */
  readonly noise: boolean;
  /** Can also be divided so that a refusal or a doubt stands in it: あのううん holds うん, or ううん. */
  readonly mayDeny: boolean;
  /** Ends in the middle of a sentence: 変更を, 24日は. What follows may be a no. */
  readonly unfinished: boolean;
  /** The whole answer in one spelling. */
  readonly text: string;
  readonly dates: readonly DateMention[];
  readonly times: readonly TimeMention[];
}

const DOUBLE_NEGATION =
  /な[くい](?:は|も|わけ(?:では|じゃ|が|は|も)?|こと(?:は|も|が)?|では|じゃ|とは)(?:な|あり|ござ|い[えい])|なくな[いくか]|ません(?:では|じゃ)/u;

/** What a sentence goes on after: particles, あの, じゃ after a day. では and じゃ on their own begin a farewell. */
const OPEN_END = new RegExp(
  `(?:[のをにがて]|あの(?:う|ですね)|(?<!で)は|[${DATE_SIGN}${TIME_SIGN}]じゃあ?)$`,
  'u',
);
/** Words that end no sentence and begin none: 24日はですね goes on as 24日は does. */
const ASIDE: ReadonlySet<Sense> = new Set(['filler', 'thanks']);

const NOISE =
  /視聴|しちょうありがと|ちゃんねる|字幕|高評価|動画|清聴|せいちょうありがと|(?:お疲れ様|お疲れさま|おつかれさま|おつかれ様)でした|おやすみなさい|最後まで|また次回/u;

/** Reads an answer word by word, the longest word first. Never throws, whatever the text. */
export function scanAnswer(answer: string): Scan {
  const { text, dates, times } = plainAnswer(answer.slice(0, MAX_ANSWER));
  const senses = new Set<Sense>();
  let unknown = answer.length > MAX_ANSWER ? '…' : '';
  let spoken = '';
  for (let at = 0; at < text.length;) {
    const word = longestWord(text, at);
    if (word === undefined) {
      unknown += text[at] ?? '';
      at += 1;
      spoken = text.slice(0, at);
    } else {
      senses.add(word.sense);
      at += word.length;
      const sofar = text.slice(0, at);
      if (!ASIDE.has(word.sense) || OPEN_END.test(sofar)) spoken = sofar;
    }
  }
  return {
    senses,
    unknown,
    asks: text.includes('?') || /(?:か|かね|かしら)$/u.test(text.replace(/(?:ね|よ)+$/u, '')),
    doubleNegation: DOUBLE_NEGATION.test(text),
    noise: NOISE.test(text),
    mayDeny: unknown === '' && canBeReadWith(text, DENIALS),
    unfinished: OPEN_END.test(spoken),
    text,
    dates,
    times,
  };
}

function longestWord(
  text: string,
  at: number,
): { readonly sense: Sense; readonly length: number } | undefined {
  for (let length = Math.min(LONGEST_WORD, text.length - at); length > 0; length -= 1) {
    const sense = SENSES.get(text.slice(at, at + length));
    if (sense !== undefined) return { sense, length };
  }
  return undefined;
}

const DENIALS: ReadonlySet<Sense> = new Set(['iie', 'no', 'hedge', 'instead', 'wait']);

/** Whether some division of the whole text into known words holds one of the senses. */
function canBeReadWith(text: string, wanted: ReadonlySet<Sense>): boolean {
  // For each place: 0 no division ends here, 1 only divisions without the senses, 2 one with them.
  const reached = Array.from<unknown, 0 | 1 | 2>({ length: text.length + 1 }, () => 0);
  reached[0] = 1;
  for (let at = 0; at < text.length; at += 1) {
    const state = reached[at] ?? 0;
    if (state === 0) continue;
    for (let end = at + 1; end <= Math.min(text.length, at + LONGEST_WORD); end += 1) {
      const sense = SENSES.get(text.slice(at, end));
      if (sense === undefined) continue;
      if (state === 2 || wanted.has(sense)) reached[end] = 2;
      else if (reached[end] === 0) reached[end] = 1;
    }
  }
  return reached[text.length] === 2;
}
