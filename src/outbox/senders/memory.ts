import type { OutgoingMessage, Sender } from '../ports.ts';

/** A sender that keeps what would be sent for as long as the process lives. */
export interface MemorySender extends Sender {
  /** By reference, in the order of sending. */
  readonly sent: ReadonlyMap<string, OutgoingMessage>;
}

/** For a store that keeps nothing either. */
export function createMemorySender(): MemorySender {
  const sent = new Map<string, OutgoingMessage>();
  return {
    repeatable: false,
    settleMs: 0,
    sent,
    send: async (message, reference) => {
      sent.set(reference, message);
      return { outcome: 'sent', providerId: null };
    },
    lookUp: async (_, reference) =>
      sent.has(reference) ? { outcome: 'sent', providerId: null } : { outcome: 'absent' },
    close: async () => undefined,
  };
}
