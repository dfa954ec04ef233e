import type { OutboundKind } from './ports.ts';

/** Queues of jobs. A slow webhook target must not hold up a message to a person. */
export const QUEUES = ['messages', 'webhooks'] as const;

/** The queue that a kind of message is worked on in. */
export function queueOf(kind: OutboundKind): (typeof QUEUES)[number] {
  return kind === 'webhook' ? 'webhooks' : 'messages';
}
