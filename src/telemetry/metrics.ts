import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createCallMetrics, type CallMetrics } from './call-metrics.ts';
import { each, knownCounter } from './counters.ts';
import { CALL_EVENT_OUTCOMES, WEBHOOK_RESULTS } from './known-labels.ts';
import { createOutboxMetrics, type OutboxMetrics } from './outbox-metrics.ts';

/** Values that are asked for when the metrics are read. Absent ones are not shown; null is shown as NaN. */
export interface MetricSources {
  /** Calls that this process serves now. */
  readonly callsLive?: () => number;
  /** Calls past their longest duration by more than a minute: anything but 0 is a fault. */
  readonly callsOverMax?: () => number;
  /** Clock of OpenAI minus ours, ms. */
  readonly clockSkewMs?: () => number | null;
  readonly logLinesDropped?: () => number;
  /** Share of container or heap that is in use, the larger one. */
  readonly memoryShare?: () => number;
  /** Rows that wait to be stored. */
  readonly writesWaiting?: () => number;
}

/** The figures of one process. No method throws. */
export interface Metrics {
  /** One call's figures; what the call layer calls its observer. */
  readonly calls: CallMetrics;
  /** What leaves the house; the observer of the outbox. */
  readonly outbox: OutboxMetrics;
  /** One webhook delivery, by how it was judged. `verified_old_key` counts as a use of an old key, too. */
  webhook(result: string): void;
  /** What became of a call event: claimed, duplicate, stale, ignored. */
  claimed(outcome: string): void;
  /** From the first byte of the webhook to the answer of accept, ms. */
  acceptLatency(ms: number): void;
  /** One statement of the store, ms, and whether the store answered it in time. */
  storeLatency(operation: string, ms: number, answered: boolean): void;
  /** Values to ask for when the metrics are read; given once, when their owners exist. */
  watch(sources: MetricSources): void;
  /** All figures in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** Figures of the process itself: CPU, memory, event-loop delay. They start observers that last as long as the process. */
  readonly process: boolean;
}

/** Seconds. Accept is audible as ringing: below one ring, about 3 s, nobody notices. */
const ACCEPT_BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6];
/** Seconds. Statements take a millisecond or so; their deadlines are 0.5 to 1.5 s. */
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

/** Figures in a registry of their own, so that several apps live in one process. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process) collectDefaultMetrics({ register: registry });

  const webhooks = knownCounter(
    registry,
    'webhooks_total',
    'Webhook deliveries by how they were judged.',
    each('result', WEBHOOK_RESULTS),
  );
  const oldKey = new Counter({
    name: 'denwaban_webhook_old_key_total',
    help: 'Deliveries signed with a secret that is not the newest: the rotation is not finished.',
    registers,
  });
  const claims = knownCounter(
    registry,
    'call_events_total',
    'Call events by what became of them.',
    each('outcome', CALL_EVENT_OUTCOMES),
  );
  const acceptLatency = new Histogram({
    name: 'denwaban_accept_latency_seconds',
    help: 'From the webhook to the answer of accept.',
    buckets: ACCEPT_BUCKETS,
    registers,
  });
  const storeLatency = new Histogram({
    name: 'denwaban_store_latency_seconds',
    help: 'Statements of the store.',
    labelNames: ['operation'],
    buckets: STORE_BUCKETS,
    registers,
  });
  const storeFailures = new Counter({
    name: 'denwaban_store_failures_total',
    help: 'Statements that the store did not answer in time, or not at all.',
    registers,
  });

  return {
    calls: createCallMetrics(registry),
    outbox: createOutboxMetrics(registry),
    webhook: (result) => {
      webhooks.inc({ result });
      if (result === 'verified_old_key') oldKey.inc();
    },
    claimed: (outcome) => claims.inc({ outcome }),
    acceptLatency: (ms) => acceptLatency.observe(ms / 1_000),
    storeLatency: (operation, ms, answered) => {
      storeLatency.observe({ operation }, ms / 1_000);
      if (!answered) storeFailures.inc();
    },
    watch: (sources) => watch(registry, sources),
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}

const WATCHED: readonly (readonly [keyof MetricSources, name: string, help: string, scale: number])[] = [
  ['callsLive', 'denwaban_calls_live', 'Calls that this process serves now.', 1],
  ['callsOverMax', 'denwaban_calls_over_max', 'Calls past their longest duration.', 1],
  ['clockSkewMs', 'denwaban_clock_skew_seconds', 'Clock of OpenAI minus the clock of this machine.', 1_000],
  ['logLinesDropped', 'denwaban_log_lines_dropped', 'Log lines that could not be written.', 1],
  ['memoryShare', 'denwaban_memory_used_ratio', 'Memory in use, of container or heap.', 1],
  ['writesWaiting', 'denwaban_writes_waiting', 'Rows that wait to be stored.', 1],
];

function watch(registry: Registry, sources: MetricSources): void {
  for (const [key, name, help, scale] of WATCHED) {
    const read = sources[key];
    if (read === undefined) continue;
    registry.removeSingleMetric(name);
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: (): void => gauge.set((read() ?? Number.NaN) / scale),
    });
  }
}
