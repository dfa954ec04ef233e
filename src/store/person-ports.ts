import type { Applicant } from '../briefing/applicant.ts';
import type { RegistrationEvent } from '../briefing/registration.ts';
import type { RegistrationView } from './briefing-ports.ts';
import type { Lead, LeadContact } from './lead-ports.ts';
import type { CallRecord, MessageRecord, ToolCallRecord, TurnRecord } from './ports.ts';

/** Who is looked for. */
export type PersonQuery =
  | { readonly by: 'id'; readonly applicantId: string }
  | { readonly by: 'code'; readonly code: string }
  | { readonly by: 'externalId'; readonly externalId: string; readonly source: string | null }
  /** E.164. */
  | { readonly by: 'phone'; readonly phone: string };

/** Somebody whom the store knows: an applicant, or only a number that called, was called back or written to. */
export interface Person {
  readonly applicant: Applicant | null;
  /** E.164: an applicant's numbers, or the one that is all that is known. */
  readonly numbers: readonly string[];
}

/** A message that was, or is to be, sent to a person. */
export interface SentMessage {
  readonly messageId: string;
  readonly kind: string;
  readonly template: string;
  readonly recipient: string;
  readonly subject: string | null;
  readonly body: string;
  /** iCalendar object that a mail carried. */
  readonly calendar: string | null;
  readonly state: string;
  readonly createdAt: number;
  readonly sentAt: number | null;
}

/** One call with everything that was said and done in it. */
export interface PersonCall {
  readonly call: CallRecord;
  /** The call is about somebody else, too. */
  readonly shared: boolean;
  readonly turns: readonly TurnRecord[];
  readonly toolCalls: readonly ToolCallRecord[];
}

/** Everything that is stored about a person. */
export interface PersonFile {
  readonly person: Person;
  readonly registrations: readonly (RegistrationView & { readonly history: readonly RegistrationEvent[] })[];
  readonly calls: readonly PersonCall[];
  /** Calls that may be about somebody else, and were left out. */
  readonly callsLeftOut: number;
  readonly messagesTaken: readonly MessageRecord[];
  /** What somebody who was on no list asked for. */
  readonly leads: readonly (Lead & { readonly contacts: readonly LeadContact[] })[];
  readonly messagesSent: readonly SentMessage[];
}

export interface EraseInput {
  readonly person: Person;
  /** Also calls that may be about somebody else. */
  readonly shared: boolean;
  /** Undo everything at the end: only the counts are wanted. */
  readonly dryRun: boolean;
  readonly at: number;
}

/** `on_the_line`: the person may be on a live call; nothing was done. `changed`: somebody changed the person meanwhile. */
export type EraseResult =
  | {
      readonly outcome: 'erased';
      /** What went, by kind. */
      readonly removed: Readonly<Record<string, number>>;
      /** Seats that went to who waited. */
      readonly promoted: number;
      readonly callsLeftOut: number;
    }
  | { readonly outcome: 'on_the_line' | 'changed' };

export interface PersonStore {
  /** Everybody who may be meant, at most 20. */
  find(query: PersonQuery): Promise<Person[]>;
  /** @param shared also calls that may be about somebody else */
  read(person: Person, shared: boolean): Promise<PersonFile>;
  /**
   * Removes a person in one transaction: registrations with their histories, words and numbers of their calls, messages
   * taken and sent. Seats come free and are given to who waits. Messages that wait to be sent to the person are not.
   */
  erase(input: EraseInput): Promise<EraseResult>;
}
