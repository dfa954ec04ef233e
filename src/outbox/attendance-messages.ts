import type { RegistrationEvent } from '../briefing/registration.ts';
import { templateFor, waysTo } from '../briefing/change-message.ts';
import { messageData } from '../briefing/message-data.ts';
import { describeError } from '../errors.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AuditEntry } from '../store/audit-ports.ts';
import type { BriefingStore, OutboxEvent, RegistrationView } from '../store/briefing-ports.ts';
import type { CallStore } from '../store/ports.ts';
import {
  isBlocked,
  type EnqueueRefusal,
  type Executor,
  type MessageQueue,
  type TemplateKey,
} from './ports.ts';
import { MESSAGE_LIFE_MS } from './queue.ts';

/**
 * Turns changes of attendance into what others are told: a message to the applicant and a webhook to other
 * systems. The change left an event in its own transaction; taking the event and queueing what follows from it is one
 * transaction again, so nothing is told twice and nothing is forgotten.
 */
export interface AttendanceMessages {
  /** Ends the polling; what is being queued is finished or rolled back. */
  close(): Promise<void>;
}

/** The part of an open transaction that is used. */
interface StoreTransaction {
  readonly trx: Executor;
  readonly calls: Pick<CallStore, 'getCall'>;
  readonly briefings: BriefingStore;
  readonly audit: (entry: AuditEntry) => void;
}

export interface AttendanceMessagesParts {
  readonly transact: <T>(work: (transaction: StoreTransaction) => Promise<T>) => Promise<T>;
  readonly queue: MessageQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** A promoted applicant is told within a second or two. */
const POLL_MS = 1_000;
const EVENTS_AT_ONCE = 20;

/** Begins to poll. */
export function startAttendanceMessages(parts: AttendanceMessagesParts): AttendanceMessages {
  let timer: Timer | null = null;
  let closed = false;
  let working: Promise<void> = Promise.resolve();

  const poll = (): void => {
    working = drain(parts).then(() => {
      if (!closed) timer = parts.clock.setTimer(POLL_MS, poll);
    });
  };
  poll();
  return {
    async close() {
      closed = true;
      timer?.cancel();
      await working;
    },
  };
}

async function drain(parts: AttendanceMessagesParts): Promise<void> {
  try {
    let taken = EVENTS_AT_ONCE;
    while (taken === EVENTS_AT_ONCE) {
      taken = await parts.transact(async (transaction) => {
        const events = await transaction.briefings.takeOutboxEvents(EVENTS_AT_ONCE);
        for (const event of events) await tell(parts, transaction, event);
        return events.length;
      });
    }
  } catch (error) {
    parts.log.warn({ reason: describeError(error) }, 'Changes were not passed on, trying again');
  }
}

async function tell(
  parts: AttendanceMessagesParts,
  transaction: StoreTransaction,
  event: OutboxEvent,
): Promise<void> {
  if (event.kind === 'roster.imported') return;
  const { registrationId, version } = event.payload;
  const view = await transaction.briefings.getRegistration(registrationId);
  const history = await transaction.briefings.listHistory(registrationId);
  const change = history.find((entry) => entry.version === version);
  if (view === null || change === undefined) return;
  await parts.queue.publish(transaction.trx, {
    type: 'registration.changed',
    at: change.at,
    data: {
      registration_id: registrationId,
      version,
      status: change.to.status,
      slot_id: change.to.slotId,
      source: change.source.kind,
    },
    naturalKey: `${registrationId}/${version}`,
  });
  // A later change has its own message; an older one would only confuse.
  if (view.registration.version !== version) return;
  try {
    await tellApplicant(parts, transaction, view, change, history);
  } catch (error) {
    if (!isOfProgram(error)) throw error;
    parts.log.error(
      { registration_id: registrationId, version, reason: describeError(error) },
      'The applicant is not told of the change: its message cannot be made',
    );
  }
}

/**
 * Whether it is no failure of the store, such as words that lack a value: it would fail again, and the event would stand in
 * the way of all that come after it. Everything that the store throws has another type.
 */
function isOfProgram(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

async function tellApplicant(
  parts: AttendanceMessagesParts,
  transaction: StoreTransaction,
  view: RegistrationView,
  change: RegistrationEvent,
  history: readonly RegistrationEvent[],
): Promise<void> {
  const { trx, briefings, audit } = transaction;
  const templateKey = templateFor(change);
  const applicant = await briefings.getApplicant(view.registration.applicantId);
  if (templateKey === null || applicant === null) return;
  const dialled = view.briefing.contact === null ? await dialledNumber(transaction, history) : null;
  const callId = change.source.kind === 'caller' ? change.source.evidence.callId : null;
  const message = {
    templateKey,
    data: messageData(view, { arrival: change.to.expectedArrivalAt, dialled }),
    about: { ...view, applicant },
    callId,
    applicantId: applicant.applicantId,
    notAfter: notAfter(templateKey, view, parts.clock.now()),
    naturalKey: `${view.registration.registrationId}/${change.version}/${templateKey}`,
  };
  let refusal: EnqueueRefusal | 'no_address' = 'no_address';
  for (const way of waysTo(applicant)) {
    const result = await parts.queue.enqueue(trx, { ...way, ...message });
    if (result.outcome === 'queued') {
      const payload = {
        message_id: result.messageId,
        template: templateKey,
        registration_id: change.registrationId,
      };
      audit({ callId, at: parts.clock.now(), actor: 'system', kind: 'message.queued', payload });
    }
    if (result.outcome !== 'refused') return;
    refusal = result.reason;
    if (!isBlocked(refusal)) break;
  }
  parts.log.warn(
    { registration_id: change.registrationId, reason: refusal, template: templateKey },
    'The applicant is not told of the change',
  );
}

/** A seat is news until the briefing begins; what was decided is confirmed until it is over, for a day at most. */
function notAfter(templateKey: TemplateKey, { slot }: RegistrationView, now: number): number {
  if (templateKey === 'waiting_promoted') return slot.startsAt;
  const life = now + MESSAGE_LIFE_MS;
  // Who calls after the briefing was promised an answer, too.
  return slot.endsAt > now ? Math.min(slot.endsAt, life) : life;
}

/** The number that the applicant dialled last: whoever got a seat from the waiting list has called to wait for it. */
async function dialledNumber(
  { calls }: StoreTransaction,
  history: readonly RegistrationEvent[],
): Promise<string | null> {
  const last = history.map(({ source }) => source).findLast(({ kind }) => kind === 'caller');
  if (last?.kind !== 'caller') return null;
  return (await calls.getCall(last.evidence.callId))?.dialledNumber ?? null;
}
