import type { OutboundKind, TemplateKey } from './ports.ts';

/** Queues of jobs. A slow webhook target must not hold up a message to a person. */
export const QUEUES = ['messages', 'webhooks'] as const;

/** The queue that a kind of message is worked on in. */
export function queueOf(kind: OutboundKind): (typeof QUEUES)[number] {
  return kind === 'webhook' ? 'webhooks' : 'messages';
}

/** Messages that answer a call which was held a moment ago: the person is awake and waits for them. */
const ANSWERS_A_CALL: ReadonlySet<string> = new Set<TemplateKey>([
  'attendance_confirmed',
  'online_confirmed',
  'absence_received',
  'withdrawal_received',
  'late_received',
  'slot_moved',
  'waiting_listed',
  'undecided_received',
  'briefing_details',
  'registration_details',
  'contact_details',
]);

/** Ms. Later than this the person has put the telephone away, and quiet hours count again. */
const URGENT_FOR_MS = 15 * 60_000;

/** Whether a message leaves in quiet hours, too. @param ageMs since it was asked for */
export function isUrgent(kind: OutboundKind, templateKey: string, ageMs: number): boolean {
  return kind === 'webhook' || (ANSWERS_A_CALL.has(templateKey) && ageMs < URGENT_FOR_MS);
}
