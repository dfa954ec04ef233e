import { Counter, Gauge, type Registry } from 'prom-client';

/** Figures of what leaves the house. No method throws. */
export interface OutboxMetrics {
  /** One try, or what was found out about an earlier one. */
  onSent(kind: string, outcome: string): void;
  /** One message was given up. */
  onDead(kind: string): void;
  /** Messages whose fate is open for too long, now. */
  onUnresolved(count: number): void;
}

/** Counters in the given registry. */
export function createOutboxMetrics(registry: Registry): OutboxMetrics {
  const registers = [registry];
  const sent = new Counter({
    name: 'denwaban_outbox_sends_total',
    help: 'Messages and webhooks by what became of one try.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const dead = new Counter({
    name: 'denwaban_outbox_dead_total',
    help: 'Messages and webhooks that were given up: anything but 0 needs a person.',
    labelNames: ['kind'],
    registers,
  });
  const unresolved = new Gauge({
    name: 'denwaban_outbox_unresolved',
    help: 'Messages that may or may not have been sent, for more than ten minutes.',
    registers,
  });
  return {
    onSent: (kind, outcome) => sent.inc({ kind, outcome }),
    onDead: (kind) => dead.inc({ kind }),
    onUnresolved: (count) => unresolved.set(count),
  };
}
