import type { OutboundKind, TemplateKey } from './ports.ts';
import { afterQuietHours, type QuietHours } from './quiet-hours.ts';

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

/** Messages of what the person does not know yet and has to act on: without them a seat stays empty. */
const NEWS: ReadonlySet<string> = new Set<TemplateKey>(['waiting_promoted']);

/** Ms between such news and the last instant at which it may leave: somebody has to read it, and to get there. */
const NEWS_AHEAD_MS = 2 * 3_600_000;

/** As much of a message as tells when it leaves. */
export interface Leaving {
  readonly kind: OutboundKind;
  readonly templateKey: string;
  /** When it was asked for, ms. */
  readonly createdAt: number;
  /** Not sent after this instant; null: no bound is known yet. */
  readonly notAfter: number | null;
}

/** When a message leaves that could leave now: now, or after the quiet hours where it can wait for their end. */
export function leavesAt(message: Leaving, now: number, quiet: QuietHours | null): number {
  const { kind, templateKey, createdAt, notAfter } = message;
  if (kind === 'webhook') return now;
  if (ANSWERS_A_CALL.has(templateKey) && now - createdAt < URGENT_FOR_MS) return now;
  const later = afterQuietHours(now, quiet);
  // At night a telephone is silent, and in the morning the news is there.
  const tooLate = NEWS.has(templateKey) && notAfter !== null && later + NEWS_AHEAD_MS > notAfter;
  return tooLate ? now : later;
}
