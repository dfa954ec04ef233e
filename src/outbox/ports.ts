import type { QueryExecutorProvider } from 'kysely';
import type { CalendarEntry } from '../briefing/calendar.ts';
import type { TemplateData, TemplateKey } from '../briefing/message-template.ts';

/**
 * What the service asks of its outbox: messages to people and webhooks to machines that leave exactly because the
 * change that caused them was committed, and arrive once. All instants are ms since the Unix epoch.
 */

/** Where statements go: the handle of an open transaction, or the database. */
export type Executor = QueryExecutorProvider;

/** Messages to people. `sms` takes a number in E.164, `email` an address. */
export type Channel = Exclude<OutboundKind, 'webhook'>;

/** Everything that the outbox sends: messages, and webhooks. */
export const OUTBOUND_KINDS = ['sms', 'email', 'webhook'] as const;
export type OutboundKind = (typeof OUTBOUND_KINDS)[number];

export type { TemplateData, TemplateKey };

/** One message to one person. */
export interface MessageRequest {
  readonly kind: Channel;
  readonly templateKey: TemplateKey;
  /** E.164 for `sms`, an address for `email`. */
  readonly to: string;
  readonly data: TemplateData;
  /** The registration that it is about. A mail carries it as a calendar entry; text messages cannot. */
  readonly about?: CalendarEntry;
  /** The call that caused it, or null. Counts against the call's own limit. */
  readonly callId: string | null;
  readonly applicantId: string | null;
  /** Somebody asked for it. What tells of a change was not asked for; the one never uses up the limits of the other. */
  readonly asked?: boolean;
  /** Messages of its call that may be asked for. Absent or null: MESSAGES_PER_CALL. */
  readonly callLimit?: number | null;
  /**
   * What makes this message one message, such as `<call>/<template>/<recipient>` or `<registration>/<version>/reminder`.
   * A second request with the same key is answered `duplicate`.
   */
  readonly naturalKey: string;
  /** Not sent after this instant, such as the begin of the slot. Default: a day after it was asked for. */
  readonly notAfter?: number;
}

/** As much of a request as tells whether it would be taken. */
export type MessageToForesee = Pick<MessageRequest, 'kind' | 'to' | 'callId' | 'asked' | 'callLimit'>;

/** Why a message is not sent. Each is an answer for the caller, not a fault. */
export type EnqueueRefusal =
  /** A fixed line: it takes no text messages. Ask for a mobile number. */
  | 'landline'
  /** A number that is neither a mobile nor a fixed line in Japan. */
  | 'not_mobile'
  | 'invalid_address'
  | 'call_limit'
  | 'number_limit'
  | 'budget'
  /** No sender is set up for this kind of message. */
  | 'channel_off'
  /** It could not leave before its time is over. */
  | 'too_late';

const BLOCKED: readonly EnqueueRefusal[] = ['landline', 'not_mobile', 'invalid_address', 'channel_off'];

/** Whether a refusal is about this way of writing to somebody: another may still be open. Limits hold for all ways. */
export function isBlocked(refusal: EnqueueRefusal): boolean {
  return BLOCKED.includes(refusal);
}

/** `queued`: it leaves at `dueAt` or soon after, if the transaction commits. */
export type EnqueueResult =
  | { readonly outcome: 'queued'; readonly messageId: string; readonly dueAt: number }
  | { readonly outcome: 'duplicate'; readonly messageId: string }
  | { readonly outcome: 'refused'; readonly reason: EnqueueRefusal };

/** A change that other systems are told of. */
export interface ChangeEvent {
  /** Dotted lower case, such as `registration.changed`. */
  readonly type: string;
  /** When it happened. */
  readonly at: number;
  /** JSON. Every target receives all of it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What makes this event one event, such as `<registration>/<version>`. */
  readonly naturalKey: string;
}

/** The way into the outbox. Every method works inside the caller's transaction and has no effect without its commit. */
export interface MessageQueue {
  /**
   * Stores a message and the job that sends it. Duplicates and refusals write nothing.
   *
   * @throws TypeError when the template lacks a value: a bug of the caller
   */
  enqueue(trx: Executor, request: MessageRequest): Promise<EnqueueResult>;

  /**
   * Why a message would be refused now; null: it would be taken. Writes nothing: what is promised on the strength of it may
   * still find a limit used up by another message of the same moment.
   */
  foresee(trx: Executor, message: MessageToForesee): Promise<EnqueueRefusal | null>;

  /** Stores one delivery for every webhook target. @returns the number of deliveries; a known event makes none */
  publish(trx: Executor, event: ChangeEvent): Promise<number>;
}

/**
 * `queued`: waits for `dueAt`. `sending`: a worker has claimed it; written before anything leaves. `unknown`: it may
 * or may not have left. `sent`, `delivered`: it left; the recipient's device said so. `failed`: refused for good, or
 * expired. `dead`: given up after the last try.
 */
export const OUTBOUND_STATES = [
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'failed',
  'dead',
] as const;
export type OutboundState = (typeof OUTBOUND_STATES)[number];

/** How `sent` is known. `direct`: the provider said so at once. `reconciled`: found there later. `resent`: it was proven absent and sent again. */
export type Resolution = 'direct' | 'reconciled' | 'resent' | 'callback';

/** One row of the outbox. */
export interface OutboundRecord {
  readonly messageId: string;
  readonly kind: OutboundKind;
  /** Template of a message, type of an event. */
  readonly templateKey: string;
  /** Number, address, or name of a webhook target. */
  readonly to: string;
  /** Text of a message, body of a webhook. */
  readonly body: string;
  readonly subject: string | null;
  /** iCalendar object that a mail carries. */
  readonly calendar: string | null;
  readonly callId: string | null;
  readonly applicantId: string | null;
  readonly state: OutboundState;
  readonly resolution: Resolution | null;
  /** Times it was handed to the sender. */
  readonly attempts: number;
  readonly dueAt: number;
  readonly notAfter: number;
  /** The provider's id of the message. */
  readonly providerId: string | null;
  /** Code of the last result that was no success; no personal data. */
  readonly detail: string | null;
  readonly createdAt: number;
  readonly sentAt: number | null;
}

/** What is handed to a sender. */
export interface OutgoingMessage {
  readonly to: string;
  readonly body: string;
  /** E-mail only. */
  readonly subject: string | null;
  /** iCalendar object; e-mail only. */
  readonly calendar: string | null;
  /** Event type of a webhook, template of a message. */
  readonly templateKey: string;
}

/**
 * `sent`: the provider has taken it. `refused`: it never will; no try follows. `busy`: it has not taken it, and may
 * later (null: it did not say when). `unknown`: it may have taken it. Codes are short and free of personal data.
 */
export type SendResult =
  | { readonly outcome: 'sent'; readonly providerId: string | null }
  | { readonly outcome: 'refused'; readonly code: string }
  | { readonly outcome: 'busy'; readonly code: string; readonly retryAfterMs: number | null }
  | { readonly outcome: 'unknown'; readonly code: string };

/** What a provider knows of a reference. */
export type LookUpResult =
  | { readonly outcome: 'sent'; readonly providerId: string | null }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unknown'; readonly code: string };

/** A way out of the house. Neither method rejects; both end within their own deadline. */
export interface Sender {
  /**
   * Whether the same reference may be sent twice without a second arrival, so that no look-up stands before a
   * repetition.
   */
  readonly repeatable: boolean;
  /** A message that was sent is not found before this many ms have passed. */
  readonly settleMs: number;
  /** Hands the message over. `reference` is stable over all tries of one message. */
  send(message: OutgoingMessage, reference: string): Promise<SendResult>;
  /** @param since the first try, ms since the Unix epoch */
  lookUp(message: OutgoingMessage, reference: string, since: number): Promise<LookUpResult>;
  /** Closes connections. */
  close(): Promise<void>;
}

/** The senders that are set up. */
export type Senders = ReadonlyMap<OutboundKind, Sender>;

/** Told what becomes of messages. No method throws. */
export interface OutboxObserver {
  onSent(kind: OutboundKind, outcome: SendResult['outcome'] | Resolution): void;
  /** A message was refused for good, came too late, or did not reach its telephone. Once per message. */
  onFailed(kind: OutboundKind): void;
  /** A message was given up. */
  onDead(kind: OutboundKind): void;
  /** Messages whose fate has been open for too long. */
  onUnresolved(count: number): void;
}
