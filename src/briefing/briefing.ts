/** An event of a company that applicants are invited to (採用説明会). Its dates are its slots. */
export interface Briefing {
  readonly briefingId: string;
  readonly title: string;
  readonly company: string;
  /** Address or venue; null when the briefing is online only. A slot may name another place. */
  readonly place: string | null;
  /** Where who attends online goes; null when nobody can. */
  readonly onlineUrl: string | null;
  readonly whatToBring: string | null;
  readonly dress: string | null;
  /** Where applicants reach the team: a number or address to be told to them. */
  readonly contact: string | null;
  /** Sentences that applicants are to be told or sent, in order. */
  readonly notices: readonly string[];
  /** Minutes before a slot's start until which applicants may cancel by themselves; null: until it starts. */
  readonly cancelDeadlineMinutes: number | null;
}

/** A briefing of which nothing is known yet but its id. */
export function emptyBriefing(briefingId: string): Briefing {
  return {
    briefingId,
    title: '',
    company: '',
    place: null,
    onlineUrl: null,
    whatToBring: null,
    dress: null,
    contact: null,
    notices: [],
    cancelDeadlineMinutes: null,
  };
}
