import { type Counter, Histogram, type Registry } from 'prom-client';
import { each, knownCounter, openCounter } from './counters.ts';
import {
  ACCEPT_OUTCOMES,
  ALARM_CODES,
  CALL_ENDS,
  REFUSAL_RULES,
  STRANGE_KINDS,
  TAKEOVER_OUTCOMES,
  TOOL_STATUSES,
} from './known-labels.ts';
import { boundedLabel } from './labels.ts';

/** Tokens by kind, cached ones a subset of the input; seconds of a transcription billed by time. */
export interface CountedUsage {
  readonly textIn: number;
  readonly textInCached: number;
  readonly audioIn: number;
  readonly audioInCached: number;
  readonly textOut: number;
  readonly audioOut: number;
  readonly seconds: number;
}

/** What calls report. Durations in ms; no method throws. */
export interface CallMetrics {
  attached(outcome: string, ms: number): void;
  detached(cause: string): void;
  takenOver(outcome: string): void;
  accepted(outcome: string): void;
  /** A call that is not answered, by the rule that forbids it. */
  refused(rule: string): void;
  /** A retry that was not sent because OpenAI does not answer. */
  heldBack(operation: string): void;
  responseGap(ms: number): void;
  toolAnswered(name: string, status: string, ms: number): void;
  usage(model: string, kind: string, usage: CountedUsage, costUsd: number | null): void;
  strangeEvent(kind: string): void;
  alarm(code: string): void;
  ended(reason: string, party: string): void;
}

/** Seconds. A handshake takes about 0.6 s; its deadline is 3 s, with several tries. */
const ATTACH_BUCKETS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8];
/** Seconds. Half a second feels natural on the telephone, beyond two people start to talk again. */
const GAP_BUCKETS = [0.2, 0.35, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5];
/** Seconds. At 2.5 s the agent says that it is still looking, at 8 s it gives up. */
const TOOL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8];

/** More tools or models than this are not configured by anybody. */
const MOST_NAMES = 50;

const TOKEN_KINDS = ['textIn', 'textInCached', 'audioIn', 'audioInCached', 'textOut', 'audioOut'] as const;

/** Registers the figures of calls. */
export function createCallMetrics(registry: Registry): CallMetrics {
  const registers = [registry];

  const attach = new Histogram({
    name: 'denwaban_sideband_attach_seconds',
    help: 'From the first try to session.created, by outcome.',
    labelNames: ['outcome'],
    buckets: ATTACH_BUCKETS,
    registers,
  });
  const gap = new Histogram({
    name: 'denwaban_response_gap_seconds',
    help: "From the end of the caller's speech to the beginning of the agent's.",
    buckets: GAP_BUCKETS,
    registers,
  });
  const tools = new Histogram({
    name: 'denwaban_tool_seconds',
    help: 'Function calls by tool and status.',
    labelNames: ['tool', 'status'],
    buckets: TOOL_BUCKETS,
    registers,
  });
  const answers = knownCounter(
    registry,
    'tool_answers_total',
    'Function calls by status.',
    each('status', TOOL_STATUSES),
  );
  const detached = openCounter(registry, 'sideband_detached_total', 'Sidebands lost, by cause.', ['cause']);
  const takeovers = knownCounter(
    registry,
    'takeovers_total',
    'Calls taken over from another node, by outcome.',
    each('outcome', TAKEOVER_OUTCOMES),
  );
  const accepted = knownCounter(
    registry,
    'accepts_total',
    'Accept requests by outcome.',
    each('outcome', ACCEPT_OUTCOMES),
  );
  const refused = knownCounter(
    registry,
    'calls_refused_total',
    'Calls that were not answered, by the rule that forbids it.',
    each('rule', REFUSAL_RULES),
  );
  const heldBack = openCounter(
    registry,
    'retries_held_back_total',
    'Retries not sent while OpenAI does not answer.',
    ['operation'],
  );
  const tokens = openCounter(registry, 'tokens_total', 'Tokens; cached ones are a part of the input.', [
    'model',
    'kind',
  ]);
  const seconds = openCounter(registry, 'transcribed_seconds_total', 'Speech transcribed, billed by time.', [
    'model',
  ]);
  const cost = openCounter(registry, 'cost_usd_total', 'Cost in US dollars, as far as prices are known.', [
    'model',
    'kind',
  ]);
  const unpriced = openCounter(
    registry,
    'unpriced_usage_total',
    'Responses of models without a known price.',
    ['model'],
  );
  const strange = knownCounter(
    registry,
    'strange_events_total',
    'Sideband events not acted on, by kind.',
    each('kind', STRANGE_KINDS),
  );
  const alarms = knownCounter(
    registry,
    'alarms_total',
    'Things that should not happen, by code.',
    each('code', ALARM_CODES),
  );
  const ended = knownCounter(
    registry,
    'calls_ended_total',
    'Calls by end reason and who is answerable.',
    CALL_ENDS.map(([reason, party]) => ({ reason, party })),
  );

  const toolName = boundedLabel(MOST_NAMES);
  const modelName = boundedLabel(MOST_NAMES);
  const cause = boundedLabel(MOST_NAMES);

  return {
    attached: (outcome, ms) => attach.observe({ outcome }, ms / 1_000),
    detached: (text) => detached.inc({ cause: cause(text) }),
    takenOver: (outcome) => takeovers.inc({ outcome }),
    accepted: (outcome) => accepted.inc({ outcome }),
    refused: (rule) => refused.inc({ rule }),
    heldBack: (operation) => heldBack.inc({ operation }),
    responseGap: (ms) => gap.observe(ms / 1_000),
    toolAnswered: (name, status, ms) => {
      tools.observe({ tool: toolName(name), status }, ms / 1_000);
      answers.inc({ status });
    },
    usage: (name, kind, usage, costUsd) => {
      const model = modelName(name);
      for (const part of TOKEN_KINDS) addTo(tokens, { model, kind: part }, usage[part]);
      addTo(seconds, { model }, usage.seconds);
      if (costUsd === null) unpriced.inc({ model });
      else addTo(cost, { model, kind }, costUsd);
    },
    strangeEvent: (kind) => strange.inc({ kind }),
    alarm: (code) => alarms.inc({ code }),
    ended: (reason, party) => ended.inc({ reason, party }),
  };
}

/** A counter throws on what is no amount, and figures of others are not worth a call. */
function addTo<L extends string>(
  counter: Counter<L>,
  labels: Partial<Record<L, string>>,
  amount: number,
): void {
  if (Number.isFinite(amount) && amount > 0) counter.inc(labels, amount);
}
