import { Gauge, type Registry } from 'prom-client';
import { each, knownCounter } from './counters.ts';
import { OUTBOUND_KINDS, SEND_OUTCOMES } from './known-labels.ts';

/** Figures of what leaves the house. No method throws. */
export interface OutboxMetrics {
  /** One try, or what was found out about an earlier one. */
  onSent(kind: string, outcome: string): void;
  /** One message was refused for good, came too late, or did not reach its telephone. */
  onFailed(kind: string): void;
  /** One message was given up. */
  onDead(kind: string): void;
  /** Messages whose fate is open for too long, now. */
  onUnresolved(count: number): void;
}

/** Counters in the given registry. */
export function createOutboxMetrics(registry: Registry): OutboxMetrics {
  const sent = knownCounter(
    registry,
    'outbox_sends_total',
    'Messages and webhooks by what became of one try.',
    OUTBOUND_KINDS.flatMap((kind) => SEND_OUTCOMES.map((outcome) => ({ kind, outcome }))),
  );
  const failed = knownCounter(
    registry,
    'outbox_failed_total',
    'Messages and webhooks that were refused for good, came too late, or did not reach their telephone.',
    each('kind', OUTBOUND_KINDS),
  );
  const dead = knownCounter(
    registry,
    'outbox_dead_total',
    'Messages and webhooks that were given up: anything but 0 needs a person.',
    each('kind', OUTBOUND_KINDS),
  );
  const unresolved = new Gauge({
    name: 'denwaban_outbox_unresolved',
    help: 'Messages that may or may not have been sent, for more than ten minutes.',
    registers: [registry],
  });
  return {
    onSent: (kind, outcome) => sent.inc({ kind, outcome }),
    onFailed: (kind) => failed.inc({ kind }),
    onDead: (kind) => dead.inc({ kind }),
    onUnresolved: (count) => unresolved.set(count),
  };
}
