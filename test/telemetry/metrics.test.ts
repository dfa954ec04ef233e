import t from 'tap';
import type { CallObserver } from '../../src/call/observer.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

const NO_USAGE = {
  textIn: 0,
  textInCached: 0,
  audioIn: 0,
  audioInCached: 0,
  textOut: 0,
  audioOut: 0,
  seconds: 0,
};

function make(): Metrics {
  return createMetrics({ process: false });
}

/** The samples of a metric, `name{labels} value` each. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

t.test('calls report to the metrics as their observer', async (t) => {
  const observer: CallObserver = make().calls;
  t.ok(observer);
});

t.test('two sets of metrics in one process do not mix', async (t) => {
  const one = make();
  const two = make();
  one.webhook('verified');
  const verified = 'denwaban_webhooks_total{result="verified"}';
  t.same(await samples(one, verified), [`${verified} 1`]);
  t.same(await samples(two, verified), [`${verified} 0`]);
});

t.test('a delivery signed with an old key counts twice: as a delivery, and as a warning', async (t) => {
  const metrics = make();
  metrics.webhook('verified_old_key');
  metrics.webhook('verified');
  t.same(await samples(metrics, 'denwaban_webhook_old_key_total'), ['denwaban_webhook_old_key_total 1']);
});

t.test('durations come in ms and go out in seconds', async (t) => {
  const metrics = make();
  metrics.acceptLatency(150);
  metrics.calls.attached('live', 600);
  metrics.calls.responseGap(450);
  metrics.calls.toolAnswered('take_message', 'ok', 12);
  metrics.storeLatency('claimCall', 0.7, true);
  const text = await metrics.text();
  t.match(text, 'denwaban_accept_latency_seconds_sum 0.15\n');
  t.match(text, 'denwaban_sideband_attach_seconds_sum{outcome="live"} 0.6\n');
  t.match(text, 'denwaban_response_gap_seconds_sum 0.45\n');
  t.match(text, 'denwaban_tool_seconds_sum{tool="take_message",status="ok"} 0.012\n');
  t.match(text, 'denwaban_store_latency_seconds_sum{operation="claimCall"} 0.0007\n');
});

t.test('calls are counted by end reason and party, alarms and strange events by kind', async (t) => {
  const metrics = make();
  metrics.claimed('duplicate');
  metrics.calls.accepted('done');
  metrics.calls.detached('silent');
  metrics.calls.ended('caller_hangup', 'caller');
  metrics.calls.alarm('event_flood');
  metrics.calls.strangeEvent('malformed');
  const text = await metrics.text();
  t.match(text, 'denwaban_call_events_total{outcome="duplicate"} 1');
  t.match(text, 'denwaban_accepts_total{outcome="done"} 1');
  t.match(text, 'denwaban_sideband_detached_total{cause="silent"} 1');
  t.match(text, 'denwaban_calls_ended_total{reason="caller_hangup",party="caller"} 1');
  t.match(text, 'denwaban_alarms_total{code="event_flood"} 1');
  t.match(text, 'denwaban_strange_events_total{kind="malformed"} 1');
});

t.test('tokens and cost are summed by model and kind', async (t) => {
  const metrics = make();
  const { calls } = metrics;
  calls.usage(
    'gpt-realtime-2.1',
    'response',
    { ...NO_USAGE, textIn: 100, textInCached: 40, audioOut: 7 },
    0.25,
  );
  calls.usage('gpt-realtime-2.1', 'response', { ...NO_USAGE, textIn: 1 }, 0.5);
  calls.usage('gpt-transcribe', 'transcription', { ...NO_USAGE, seconds: 3 }, 0.01);
  const shown = await metrics.text();
  t.match(shown, 'denwaban_tokens_total{model="gpt-realtime-2.1",kind="textIn"} 101');
  t.match(shown, 'denwaban_tokens_total{model="gpt-realtime-2.1",kind="textInCached"} 40');
  t.match(shown, 'denwaban_cost_usd_total{model="gpt-realtime-2.1",kind="response"} 0.75');
  t.match(shown, 'denwaban_transcribed_seconds_total{model="gpt-transcribe"} 3');
});

t.test('usage without a price, and amounts that are none, do not throw', async (t) => {
  const metrics = make();
  const { calls } = metrics;
  calls.usage('secret-model', 'response', { ...NO_USAGE, textIn: -5, audioIn: Number.NaN }, null);
  const shown = await metrics.text();
  t.match(shown, 'denwaban_unpriced_usage_total{model="secret-model"} 1');
  t.notMatch(shown, 'denwaban_tokens_total{');
});

t.test('names that a model makes up cannot grow the metrics without end', async (t) => {
  const metrics = make();
  for (let index = 0; index < 500; index += 1) metrics.calls.toolAnswered(`made_up_${index}`, 'refused', 1);
  metrics.calls.toolAnswered('a b\n"c"', 'refused', 1);
  const counts = await samples(metrics, 'denwaban_tool_seconds_count');
  t.equal(counts.length, 51);
  t.ok(counts.includes('denwaban_tool_seconds_count{tool="other",status="refused"} 451'));
});

t.test('watched values are read when the metrics are', async (t) => {
  const metrics = make();
  let live = 1;
  metrics.watch({ callsLive: () => live, clockSkewMs: () => 1_500, logLinesDropped: () => 3 });
  t.same(await samples(metrics, 'denwaban_calls_live'), ['denwaban_calls_live 1']);
  live = 2;
  t.same(await samples(metrics, 'denwaban_calls_live'), ['denwaban_calls_live 2']);
  t.same(await samples(metrics, 'denwaban_clock_skew_seconds'), ['denwaban_clock_skew_seconds 1.5']);
  t.same(await samples(metrics, 'denwaban_calls_over_max'), [], 'what is not watched is not shown');
});

t.test('a value that is not known yet is shown as such', async (t) => {
  const metrics = make();
  metrics.watch({ clockSkewMs: () => null });
  t.same(await samples(metrics, 'denwaban_clock_skew_seconds'), ['denwaban_clock_skew_seconds Nan']);
});

t.test('the process reports its event-loop delay when asked to', async (t) => {
  const metrics = createMetrics({ process: true });
  t.match(await metrics.text(), 'nodejs_eventloop_lag_p99_seconds');
});
