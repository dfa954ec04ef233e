/** What proves that a sentence was read back and answered. Keys name turns of the transcript. */
export type Answer =
  /** The sentence was not spoken to its end since `since`. */
  | { readonly kind: 'not_read_back' }
  /** It was heard; the caller has said and pressed nothing since. */
  | { readonly kind: 'silent'; readonly readBackTurn: string }
  /** The caller spoke, but what was said is not known: the transcription is late or failed. */
  | { readonly kind: 'unheard'; readonly readBackTurn: string }
  /** All words since, in order. */
  | {
      readonly kind: 'words';
      readonly readBackTurn: string;
      readonly answerTurn: string;
      readonly text: string;
    }
  | {
      readonly kind: 'key';
      readonly readBackTurn: string;
      readonly answerTurn: string;
      readonly key: string;
    };

/** The words of one call, as far as they prove something. What the model claims counts for nothing here. */
export interface Evidence {
  /** Marks now: proof has to come after it. */
  mark(): number;
  /**
   * How the caller answered a sentence that was read back after `since`. Waits up to `waitMs` for a transcript that
   * is under way.
   */
  answerTo(sentence: string, since: number, waitMs: number): Promise<Answer>;
  /**
   * Whether the caller said these digits in this call, digit by digit and possibly in several turns, or keyed them in.
   * Waits up to `waitMs` for a transcript that is under way.
   */
  hasGiven(digits: string, waitMs: number): Promise<boolean>;
  /** The newest turn in which the agent said the sentence to its end after `since`; null: none. */
  heard(sentence: string, since: number): string | null;
  /** Whether the caller has spoken after `since`, understood or not. True when what happened since is not known. */
  spokeSince(since: number): boolean;
}
