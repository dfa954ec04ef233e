import { calendarOf } from '../briefing/calendar.ts';
import { type MessageTemplates, renderTemplate } from '../briefing/message-template.ts';
import { phoneKind } from '../briefing/phone-number.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { JobEngine } from './jobs.ts';
import { leavesAt } from './leaving.ts';
import { countMessage, findUsedUp } from './limits.ts';
import type {
  ChangeEvent,
  EnqueueRefusal,
  EnqueueResult,
  Executor,
  MessageQueue,
  MessageRequest,
  MessageToForesee,
  Senders,
} from './ports.ts';
import type { QuietHours } from './quiet-hours.ts';
import { queueOf } from './queues.ts';
import { receiptOf } from './receipt.ts';
import { deleteRow, insertRow } from './rows.ts';

/** A message that could not leave within a day has nothing to say any more, ms. */
export const MESSAGE_LIFE_MS = 86_400_000;
/** Webhooks are tried for a day, ms; the last wait may end a little later. */
const WEBHOOK_LIFE_MS = 86_400_000 + 3_600_000;
/** Longest address that SMTP knows. */
const MAX_ADDRESS = 254;

/** A webhook target as far as the queue is concerned. */
export interface EventTarget {
  readonly name: string;
}

export interface MessageQueueParts {
  readonly jobs: Pick<JobEngine, 'add'>;
  readonly senders: Senders;
  readonly templates: MessageTemplates;
  readonly targets: readonly EventTarget[];
  readonly clock: Clock;
  readonly random: Random;
  readonly quietHours: QuietHours | null;
  /** Address that stands as organizer in calendar entries; null: none is set. */
  readonly organizerEmail: string | null;
  /** Messages to people on one day in Japan. */
  readonly budget: number;
}

/** The way into the outbox. */
export function createMessageQueue(parts: MessageQueueParts): MessageQueue {
  return {
    enqueue: async (trx, request) => enqueue(parts, trx, request),
    foresee: async (trx, message) =>
      unfitness(parts, message) ?? findUsedUp(trx, message, parts.budget, parts.clock.now()),
    publish: async (trx, event) => publish(parts, trx, event),
  };
}

async function enqueue(
  parts: MessageQueueParts,
  trx: Executor,
  request: MessageRequest,
): Promise<EnqueueResult> {
  const unfit = unfitness(parts, request);
  if (unfit !== null) return { outcome: 'refused', reason: unfit };

  const now = parts.clock.now();
  const leaving = { ...request, createdAt: now, notAfter: request.notAfter ?? null };
  const dueAt = leavesAt(leaving, now, parts.quietHours);
  const notAfter = request.notAfter ?? dueAt + MESSAGE_LIFE_MS;
  if (dueAt > notAfter) return { outcome: 'refused', reason: 'too_late' };

  const messageId = parts.random.uuid();
  const rendered = renderTemplate(parts.templates, request.templateKey, request.kind, {
    ...request.data,
    receipt: receiptOf(messageId),
  });
  const stored = await insertRow(trx, {
    messageId,
    kind: request.kind,
    templateKey: request.templateKey,
    to: request.to,
    body: rendered.text,
    subject: rendered.subject,
    calendar: calendarFor(parts, request, now),
    callId: request.callId,
    applicantId: request.applicantId,
    naturalKey: `message/${request.naturalKey}`,
    dueAt,
    notAfter,
    createdAt: now,
  });
  if (stored.duplicate) return { outcome: 'duplicate', messageId: stored.messageId };

  const usedUp = await countMessage(trx, request, parts.budget, now);
  if (usedUp !== null) {
    await deleteRow(trx, messageId);
    return { outcome: 'refused', reason: usedUp };
  }
  await parts.jobs.add(trx, queueOf(request.kind), { messageId }, { at: dueAt });
  return { outcome: 'queued', messageId, dueAt };
}

/** Written now, not when it leaves: what a mail says and what its calendar entry says are of one moment. */
function calendarFor(
  { organizerEmail }: MessageQueueParts,
  { kind, about }: MessageRequest,
  now: number,
): string | null {
  return kind === 'email' && about !== undefined ? calendarOf({ ...about, organizerEmail, now }) : null;
}

function unfitness(parts: MessageQueueParts, request: MessageToForesee): EnqueueRefusal | null {
  if (request.kind === 'email') {
    if (!isAddress(request.to)) return 'invalid_address';
  } else {
    const kind = phoneKind(request.to);
    // Only Japanese mobiles: messages abroad are how others earn money with somebody's account.
    if (kind === 'fixed') return 'landline';
    if (kind !== 'mobile' || !request.to.startsWith('+81')) return 'not_mobile';
  }
  return parts.senders.has(request.kind) ? null : 'channel_off';
}

/** One plain address: what could be a second recipient, a name or a header is none. */
function isAddress(text: string): boolean {
  return (
    text.length <= MAX_ADDRESS && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(text)
  );
}

async function publish(parts: MessageQueueParts, trx: Executor, event: ChangeEvent): Promise<number> {
  const now = parts.clock.now();
  // The order of the keys is the order in which Standard Webhooks shows them.
  const body = JSON.stringify({
    type: event.type,
    timestamp: new Date(event.at).toISOString(),
    data: event.data,
  });
  let stored = 0;
  for (const { name } of parts.targets) {
    const messageId = parts.random.uuid();
    const { duplicate } = await insertRow(trx, {
      messageId,
      kind: 'webhook',
      templateKey: event.type,
      to: name,
      body,
      subject: null,
      calendar: null,
      callId: null,
      applicantId: null,
      naturalKey: `event/${name}/${event.type}/${event.naturalKey}`,
      dueAt: now,
      notAfter: now + WEBHOOK_LIFE_MS,
      createdAt: now,
    });
    if (duplicate) continue;
    await parts.jobs.add(trx, queueOf('webhook'), { messageId }, { at: now });
    stored += 1;
  }
  return stored;
}
