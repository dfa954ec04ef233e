import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CallObserver } from '../../src/call/observer.ts';
import type { PolicyRule } from '../../src/call/policy.ts';
import type { Reception } from '../../src/call/reception.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { OutboundKind, OutboxObserver } from '../../src/outbox/ports.ts';
import type { CallOutcome } from '../../src/realtime/calls.ts';
import type { EndParty, EndReason, ToolStatus } from '../../src/store/ports.ts';
import {
  ACCEPT_OUTCOMES,
  ALARM_CODES,
  CALL_ENDS,
  CALL_EVENT_OUTCOMES,
  OUTBOUND_KINDS,
  REFUSAL_RULES,
  SEND_OUTCOMES,
  STRANGE_KINDS,
  TAKEOVER_OUTCOMES,
  TOOL_STATUSES,
  WEBHOOK_RESULTS,
} from '../../src/telemetry/known-labels.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { IntakeResult } from '../../src/webhook/intake.ts';

/** `true` when the list holds every word of the union, and no other. */
type Holds<Union, List extends readonly unknown[]> = [
  Exclude<Union, List[number]>,
  Exclude<List[number], Union>,
] extends [never, never]
  ? true
  : false;

type Ends = (typeof CALL_ENDS)[number];

/** Does not compile when a list and the code that counts have come apart. */
const HELD: {
  readonly webhooks: Holds<IntakeResult, typeof WEBHOOK_RESULTS>;
  readonly events: Holds<Reception['outcome'] | 'ignored', typeof CALL_EVENT_OUTCOMES>;
  readonly accepts: Holds<CallOutcome['kind'], typeof ACCEPT_OUTCOMES>;
  readonly takeovers: Holds<Parameters<CallObserver['takenOver']>[0], typeof TAKEOVER_OUTCOMES>;
  readonly rules: Holds<PolicyRule, typeof REFUSAL_RULES>;
  readonly reasons: Holds<EndReason, readonly Ends[0][]>;
  readonly parties: Holds<EndParty, readonly Ends[1][]>;
  readonly statuses: Holds<ToolStatus, typeof TOOL_STATUSES>;
  readonly strange: Holds<Parameters<CallObserver['strangeEvent']>[0], typeof STRANGE_KINDS>;
  readonly kinds: Holds<OutboundKind, typeof OUTBOUND_KINDS>;
  /** A message that was sent directly is `sent`. */
  readonly sends: Holds<Exclude<Parameters<OutboxObserver['onSent']>[1], 'direct'>, typeof SEND_OUTCOMES>;
} = {
  webhooks: true,
  events: true,
  accepts: true,
  takeovers: true,
  rules: true,
  reasons: true,
  parties: true,
  statuses: true,
  strange: true,
  kinds: true,
  sends: true,
};

t.test('the alarms that are known are those that docs/operations.md lists', async (t) => {
  const operations = readFileSync(join(packageRoot(), 'docs/operations.md'), 'utf8');
  const [, section = ''] = /^## Alarms\n([^]*?)\n## /m.exec(operations) ?? [];
  const listed = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = '']) => code);
  t.same([...ALARM_CODES].toSorted(), listed.toSorted());
});

t.test('every known series is there before anything has happened, at 0', async (t) => {
  const shown = (await createMetrics({ process: false }).text()).split('\n');
  const at0 = (series: string): void =>
    t.ok(shown.includes(`denwaban_${series} 0`), series) as unknown as void;
  for (const result of WEBHOOK_RESULTS) at0(`webhooks_total{result="${result}"}`);
  for (const outcome of CALL_EVENT_OUTCOMES) at0(`call_events_total{outcome="${outcome}"}`);
  for (const outcome of ACCEPT_OUTCOMES) at0(`accepts_total{outcome="${outcome}"}`);
  for (const outcome of TAKEOVER_OUTCOMES) at0(`takeovers_total{outcome="${outcome}"}`);
  for (const rule of REFUSAL_RULES) at0(`calls_refused_total{rule="${rule}"}`);
  for (const [reason, party] of CALL_ENDS) at0(`calls_ended_total{reason="${reason}",party="${party}"}`);
  for (const status of TOOL_STATUSES) at0(`tool_answers_total{status="${status}"}`);
  for (const kind of STRANGE_KINDS) at0(`strange_events_total{kind="${kind}"}`);
  for (const code of ALARM_CODES) at0(`alarms_total{code="${code}"}`);
  for (const kind of OUTBOUND_KINDS) {
    at0(`outbox_failed_total{kind="${kind}"}`);
    at0(`outbox_dead_total{kind="${kind}"}`);
    for (const outcome of SEND_OUTCOMES) at0(`outbox_sends_total{kind="${kind}",outcome="${outcome}"}`);
  }
  t.ok(Object.values(HELD).every(Boolean));
});
