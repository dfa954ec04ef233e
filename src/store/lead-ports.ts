import type { Page, Paged } from './briefing-ports.ts';

/**
 * What the service asks of its store about leads: people who are not on the roster and want something of the team.
 * All instants are ms since the Unix epoch.
 */

/** What a lead wants. `apply`: to come to a briefing; `reservation`: theirs was not found. */
export const LEAD_TOPICS = ['apply', 'reservation', 'question', 'callback', 'other'] as const;

export type LeadTopic = (typeof LEAD_TOPICS)[number];

/** `done`: the team has seen to it. A further contact opens the lead again. */
export type LeadState = 'open' | 'done';

/** What one call adds to a lead. `(callId, naturalKey)` is unique. */
export interface LeadInput {
  readonly callId: string;
  readonly naturalKey: string;
  /** In kana. Together with the number it names the person. */
  readonly kanaName: string;
  /** E.164. */
  readonly phone: string;
  readonly university: string | null;
  readonly topic: LeadTopic;
  readonly note: string | null;
  /** When to call back, or null. */
  readonly callbackAt: number | null;
  readonly at: number;
}

/**
 * `created`: a new lead; `added`: another contact of a known one; `duplicate`: stored before under the same key.
 * `too_many`: the call has stored as many contacts as one call may.
 */
export type SaveLeadResult =
  | { readonly outcome: 'created' | 'added' | 'duplicate'; readonly leadId: string }
  | { readonly outcome: 'too_many' };

export interface Lead {
  readonly leadId: string;
  readonly phone: string;
  readonly kanaName: string;
  readonly university: string | null;
  readonly state: LeadState;
  /** The latest time that was asked for. */
  readonly callbackAt: number | null;
  readonly createdAt: number;
  /** Of the latest contact. */
  readonly updatedAt: number;
  readonly doneAt: number | null;
  /** Person or API key of the team. */
  readonly doneBy: string | null;
}

/** What was asked for in one call. */
export interface LeadContact {
  readonly callId: string;
  readonly topic: LeadTopic;
  readonly note: string | null;
  readonly callbackAt: number | null;
  readonly at: number;
}

export interface LeadStore {
  /** Stores a contact, and the lead if it is new. A repeated request under the same key changes nothing. */
  save(input: LeadInput): Promise<SaveLeadResult>;
  get(leadId: string): Promise<Lead | null>;
  /** What the lead asked for, oldest first. */
  listContacts(leadId: string): Promise<LeadContact[]>;
  /** Newest first. `state` null: all. */
  list(page: Page, state: LeadState | null): Promise<Paged<Lead>>;
  /** Marks a lead as seen to. @param memberId person or API key of the team @returns null when there is none */
  close(leadId: string, memberId: string | null, at: number): Promise<Lead | null>;
  /** Takes `close` back. @returns null when there is none */
  reopen(leadId: string): Promise<Lead | null>;
}
