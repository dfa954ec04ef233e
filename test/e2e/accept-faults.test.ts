import t from 'tap';
import type { AttachFault, EmulatedCall, RestFault } from '../../emulator/index.ts';
import { acceptStatuses, alarms, greetings, logged, metric, rejectCodes, requests } from './outcomes.ts';
import { greeted, startService, storedEnd } from './service.ts';

const service = await startService(t, { env: { ACCEPT_TIMEOUT_MS: '500', SIDEBAND_TIMEOUT_MS: '500' } });
const { emulator } = service;

const status = (code: number, name?: string): RestFault =>
  name === undefined ? { kind: 'status', status: code } : { kind: 'status', status: code, code: name };
const limited = (seconds: number): RestFault => ({
  kind: 'status',
  status: 429,
  headers: { 'retry-after': String(seconds) },
});

/** All calls of this file ring at once, each with faults of its own: their time-outs pass side by side. */
const calls = {
  unavailable: await ring([status(503), status(503)]),
  applied: await ring([{ kind: 'applied_no_answer' }]),
  vanished: await ring([{ kind: 'no_answer' }]),
  reset: await ring([{ kind: 'reset' }]),
  silent: await ring(Array.from({ length: 20 }, () => ({ kind: 'no_answer' }) as const)),
  unproven: await ring([{ kind: 'ok_no_effect' }]),
  sessionless: await ring([], [{ kind: 'silent' }]),
  gone: await ring([status(404, 'call_id_not_found')]),
  key401: await ring([status(401)]),
  key403: await ring([status(403)]),
  limited: await ring([limited(30)]),
  patient: await ring([limited(1)]),
  taken: await ring([status(409, 'decision_already_made')]),
  noContent: await ring([status(204)]),
  quick: await ringBriefly(),
  brief: await ring([]),
  refused: await ring([status(400, 'unknown_parameter')]),
  refusedTwice: await ring([status(400, 'unknown_parameter'), status(400, 'unknown_parameter')]),
};

/** Rings, and has hung up long before the accept is there. */
async function ringBriefly(): Promise<EmulatedCall> {
  const call = await ring([{ kind: 'delay', ms: 400 }]);
  call.hangUp();
  return call;
}

async function ring(accepts: readonly RestFault[], attaches: readonly AttachFault[] = []) {
  const call = await emulator.ring({ deliver: false });
  emulator.failNext('accept', accepts, call.id);
  emulator.failNextAttach(attaches, call.id);
  await call.deliver();
  return call;
}

/** Ms from the webhook to the session. */
function timeToSession(call: EmulatedCall): number {
  const created = call.wire.find(({ event }) => event.type === 'session.created');
  return (created?.at ?? Infinity) - (call.deliveries[0]?.sentAt ?? 0);
}

t.test('an accept that fails twice is tried until it works, within 3 s', async (t) => {
  const call = calls.unavailable;
  await greeted(call);
  t.same(acceptStatuses(call), [503, 503, 200]);
  t.ok(timeToSession(call) < 3_000);
  t.equal(greetings(call), 1);
  t.equal(call.state, 'accepted');
});

t.test('an accept that took effect without an answer is proven by the sideband alone', async (t) => {
  const call = calls.applied;
  await greeted(call);
  t.same(acceptStatuses(call), [0], 'no second accept');
  t.equal(greetings(call), 1);
  t.equal(call.connections, 1);
});

t.test('an accept that vanished is asked for again after the sideband said no', async (t) => {
  const call = calls.vanished;
  await greeted(call);
  t.same(acceptStatuses(call), [0, 200]);
  t.equal(greetings(call), 1);
});

t.test('a connection reset under the accept is treated as undecided', async (t) => {
  const call = calls.reset;
  await greeted(call);
  t.same(acceptStatuses(call), [0, 200]);
  t.ok(logged(service.lines, call.id).some(({ outcome }) => outcome === 'ambiguous'));
});

t.test('a sideband that opens without a session does not count as a call', async (t) => {
  const call = calls.sessionless;
  await greeted(call);
  t.equal(call.connections, 2, 'the second sideband proves it');
  t.equal(greetings(call), 1);
});

t.test('a short rate limit is waited for', async (t) => {
  const call = calls.patient;
  await greeted(call);
  t.same(acceptStatuses(call), [429, 200]);
  t.ok(timeToSession(call) >= 1_000);
});

t.test('a full session that is refused is followed by a plain one', async (t) => {
  const call = calls.refused;
  await greeted(call);
  const [full, plain] = requests(call, 'accept').map(({ body }) => body as Record<string, unknown>);
  t.same(Object.keys(plain ?? {}).toSorted(), ['audio', 'instructions', 'model', 'tools', 'type']);
  t.equal(plain?.['instructions'], full?.['instructions']);
  t.same(plain?.['tools'], full?.['tools']);
  t.same(alarms(service.lines, call.id), ['accept_body_refused']);
});

t.test('a plain session that is refused, too, fails the call and sends the caller on', async (t) => {
  const call = calls.refusedTwice;
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'failed', endReason: 'accept_refused', endDetail: 'unknown_parameter' });
  t.same(acceptStatuses(call), [400, 400]);
  t.equal(call.rejectedWith, 503);
});

t.test('a caller who is gone at the accept is missed, without another request', async (t) => {
  const call = calls.gone;
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'missed', endReason: 'caller_left_before_accept', endParty: 'caller' });
  t.same(
    call.rest.map(({ operation, status: answer }) => [operation, answer]),
    [['accept', 404]],
  );
  t.equal(call.deliveries[0]?.status, 200);
  t.same(alarms(service.lines, call.id), []);
});

for (const [code, call] of [
  [401, calls.key401],
  [403, calls.key403],
] as const) {
  t.test(`a key refused with ${code} is not tried again and pages somebody`, async (t) => {
    const stored = await storedEnd(service, call.id);
    t.match(stored, { state: 'failed', endReason: 'accept_unauthorised', endDetail: String(code) });
    t.same(acceptStatuses(call), [code]);
    t.equal(call.rejectedWith, 503, 'the caller is sent on');
    t.ok(logged(service.lines, call.id).some(({ level }) => level === 'fatal'));
    t.same(alarms(service.lines, call.id), ['accept_unauthorised']);
    const { statusCode } = await service.app.inject('/livez');
    t.equal(statusCode, 200, 'the process stays up');
  });
}

t.test('a rate limit longer than the caller waits sends the call on at once', async (t) => {
  const call = calls.limited;
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'failed', endReason: 'accept_rate_limited', endParty: 'openai' });
  t.same(acceptStatuses(call), [429]);
  t.equal(call.rejectedWith, 503);
  t.ok((requests(call, 'reject')[0]?.at ?? Infinity) - (requests(call, 'accept')[0]?.at ?? 0) < 1_000);
  t.same(alarms(service.lines, call.id), ['accept_rate_limited']);
});

t.test('a call that somebody else decided is not accepted, and not touched', async (t) => {
  const call = calls.taken;
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'failed', endReason: 'accept_refused', endDetail: 'decision_already_made' });
  t.same(
    call.rest.map(({ operation }) => operation),
    ['accept'],
    'neither rejected nor hung up',
  );
});

t.test('a hang-up while the accept is under way leaves a missed call and no alarm', async (t) => {
  const call = calls.quick;
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'missed', endReason: 'caller_left_before_accept', endParty: 'caller' });
  t.same(acceptStatuses(call), [404]);
  t.same(alarms(service.lines, call.id), []);
});

t.test('a hang-up right after the session began is a hang-up by the caller', async (t) => {
  const call = calls.brief;
  await call.waitFor(({ event }) => event.type === 'session.created');
  call.hangUp();
  const stored = await storedEnd(service, call.id);
  t.match(stored, { state: 'ended', endReason: 'caller_hangup', endParty: 'caller' });
  t.same(alarms(service.lines, call.id), []);
});

t.test('an accepted call that never becomes a session has failed within 8 s', async (t) => {
  const call = calls.unproven;
  const stored = await storedEnd(service, call.id, 9_000);
  t.match(stored, {
    state: 'failed',
    endReason: 'accept_unproven',
    endParty: 'openai',
    endDetail: 'not_found',
  });
  t.ok((stored.endedAt ?? Infinity) - stored.claimedAt < 8_000);
  t.same(acceptStatuses(call), [200]);
  t.equal(requests(call, 'hangup').length, 1, 'it is hung up: it may be billed');
  t.same(alarms(service.lines, call.id), ['accept_unproven']);
});

t.test('a 2xx without content counts as accepted, and has to be proven all the same', async (t) => {
  const call = calls.noContent;
  t.match(await storedEnd(service, call.id, 9_000), { endReason: 'accept_unproven' });
  t.same(acceptStatuses(call), [204]);
});

t.test('accepts that all vanish end as missed, with a rejection, a hang-up and an alarm', async (t) => {
  const call = calls.silent;
  const stored = await storedEnd(service, call.id, 12_000);
  t.match(stored, { state: 'missed', endReason: 'accept_timeout', endParty: 'openai', endDetail: 'timeout' });
  t.same(rejectCodes(call), [{ status_code: 503 }]);
  t.equal(call.rejectedWith, 503, 'the trunk may go elsewhere');
  t.equal(requests(call, 'hangup').length, 1, 'what may have been accepted is hung up');
  t.same(alarms(service.lines, call.id), ['accept_timeout']);
});

t.test('alarms and outcomes are counted', async (t) => {
  t.equal(await metric(service, 'denwaban_alarms_total{code="accept_unproven"}'), 2);
  t.equal(await metric(service, 'denwaban_alarms_total{code="accept_unauthorised"}'), 2);
  t.equal(await metric(service, 'denwaban_accepts_total{outcome="unavailable"}'), 2);
  t.equal(await metric(service, 'denwaban_accepts_total{outcome="gone"}'), 2);
});
