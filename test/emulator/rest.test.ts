import t from 'tap';
import OpenAI, { toFile } from 'openai';
import type { RestFault } from '../../emulator/index.ts';
import { codeOf, connect, connectedCall, emulatorFor, rest, sidebandUrl } from './helper.ts';

const SESSION = { type: 'realtime' };

t.test('another key is refused', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  const answer = await rest(emulator, `${call.id}/accept`, SESSION, 'sk-wrong');
  t.equal(answer.status, 401);
  t.equal(await codeOf(answer), 'invalid_api_key');
  t.equal(call.state, 'ringing');
});

t.test('every answer has a request id', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  for (const answer of [
    await rest(emulator, `${call.id}/accept`, SESSION),
    await rest(emulator, 'rtc_unknown/accept', SESSION),
    await rest(emulator, `${call.id}/hangup`, undefined, 'sk-wrong'),
  ]) {
    t.match(answer.headers.get('x-request-id'), /^req_/);
  }
});

t.test('an unknown call is not found', async (t) => {
  const emulator = await emulatorFor(t);
  for (const operation of ['accept', 'reject', 'refer', 'hangup']) {
    const answer = await rest(emulator, `rtc_unknown/${operation}`, SESSION);
    t.same([answer.status, await codeOf(answer)], [404, 'call_id_not_found'], operation);
  }
});

t.test('a call is decided once', async (t) => {
  const emulator = await emulatorFor(t);
  const accepted = await emulator.ring();
  const rejected = await emulator.ring();
  t.equal((await rest(emulator, `${accepted.id}/accept`, SESSION)).status, 200);
  t.equal((await rest(emulator, `${rejected.id}/reject`, { status_code: 486 })).status, 200);
  for (const call of [accepted, rejected]) {
    for (const operation of ['accept', 'reject']) {
      const body = operation === 'accept' ? SESSION : {};
      const answer = await rest(emulator, `${call.id}/${operation}`, body);
      t.same([answer.status, await codeOf(answer)], [409, 'decision_already_made']);
    }
  }
  t.equal(rejected.rejectedWith, 486);
  t.equal(rejected.endedBy, 'rejected');
});

t.test('a caller who has hung up cannot be accepted', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  call.hangUp();
  t.equal(await codeOf(await rest(emulator, `${call.id}/accept`, SESSION)), 'call_id_not_found');
});

t.test('hangup and refer need an accepted call', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  t.equal((await rest(emulator, `${call.id}/hangup`)).status, 404);
  t.equal((await rest(emulator, `${call.id}/refer`, { target_uri: 'tel:+81312345678' })).status, 404);
});

t.test('keys that no session has are refused by their path', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  const wrong: readonly [Record<string, unknown>, string][] = [
    [{ response: {} }, 'session.response'],
    [{ audio: { output: { volume: 1 } } }, 'session.audio.output.volume'],
    [{ audio: { input: { transcription: { lang: 'ja' } } } }, 'session.audio.input.transcription.lang'],
    [{ tools: [{ type: 'function', name: 'x', strict: true }] }, 'session.tools[0].strict'],
    [{ toString: 1 }, 'session.toString'],
  ];
  for (const [session, param] of wrong) {
    const answer = await rest(emulator, `${call.id}/accept`, { ...SESSION, ...session });
    t.equal(answer.status, 400);
    t.match(await answer.json(), {
      error: { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param },
    });
  }
  t.equal(
    (await rest(emulator, `${call.id}/accept`, SESSION)).status,
    200,
    'a refused accept decides nothing',
  );
});

t.test('values that no session takes are refused', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  const wrong: readonly Record<string, unknown>[] = [
    { instructions: 5 },
    { output_modalities: ['audio', 'text'] },
    { audio: { output: { speed: 3 } } },
    { audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 100 } } } },
    { audio: { input: { turn_detection: { type: 'psychic' } } } },
    { max_output_tokens: 0 },
    { tool_choice: 'perhaps' },
    { type: 'transcription' },
  ];
  for (const session of wrong) {
    const answer = await rest(emulator, `${call.id}/accept`, { ...SESSION, ...session });
    t.equal(answer.status, 400, JSON.stringify(session));
  }
});

t.test('accept takes no turn detection numbers on SIP', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  for (const field of ['threshold', 'prefix_padding_ms', 'silence_duration_ms']) {
    const turn_detection = { type: 'server_vad', [field]: 0.5 };
    const answer = await rest(emulator, `${call.id}/accept`, {
      ...SESSION,
      audio: { input: { turn_detection } },
    });
    t.match(await answer.json(), {
      error: { message: `Unknown parameter: 'session.audio.input.turn_detection.${field}'.` },
    });
  }
});

t.test('accept without a type is answered 200, and the session dies', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  t.equal((await rest(emulator, `${call.id}/accept`, { model: 'gpt-realtime' })).status, 200);
  const client = await connect(t, emulator, sidebandUrl(emulator, call.id));
  t.match(await client.next('error'), { error: { message: "Missing required parameter: 'session.type'." } });
  await call.ended();
  t.equal(call.endedBy, 'openai');
  await t.rejects(connect(t, emulator, sidebandUrl(emulator, call.id)), /404/);
});

t.test('a transfer takes the caller away a moment later', async (t) => {
  const { emulator, call } = await connectedCall(t);
  const wrong = await rest(emulator, `${call.id}/refer`, { target_uri: '+81312345678' });
  t.equal(wrong.status, 400);
  t.equal((await rest(emulator, `${call.id}/refer`, { target_uri: 'tel:+81312345678' })).status, 200);
  t.equal(call.state, 'accepted');
  await call.ended();
  t.equal(call.endedBy, 'transferred');
  t.equal(call.transferredTo, 'tel:+81312345678');
});

t.test('faults come one for each request, those of the call first', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  const headers = { 'retry-after': '1' };
  emulator.failNext('accept', [{ kind: 'status', status: 503 }]);
  emulator.failNext(
    'accept',
    [{ kind: 'status', status: 429, code: 'rate_limit_exceeded', headers }],
    call.id,
  );
  const first = await rest(emulator, `${call.id}/accept`, SESSION);
  t.same(
    [first.status, first.headers.get('retry-after'), await codeOf(first)],
    [429, '1', 'rate_limit_exceeded'],
  );
  t.equal((await rest(emulator, `${call.id}/accept`, SESSION)).status, 503);
  t.equal((await rest(emulator, `${call.id}/accept`, SESSION)).status, 200);
  t.same(
    call.rest.map((entry) => entry.status),
    [429, 503, 200],
  );
});

t.test('an answer may be lost although the request took effect', async (t) => {
  const emulator = await emulatorFor(t);
  const silent: RestFault[] = [{ kind: 'applied_no_answer' }, { kind: 'no_answer' }];
  emulator.failNext('accept', silent);
  const states: string[] = [];
  for (const _ of silent) {
    const call = await emulator.ring();
    const lost = rest(emulator, `${call.id}/accept`, SESSION);
    lost.catch(() => {});
    t.equal((await call.waitForRest('accept')).status, 0);
    states.push(call.state);
  }
  t.same(states, ['accepted', 'ringing']);
});

t.test('a connection can be reset', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  emulator.failNext('accept', [{ kind: 'reset' }]);
  await t.rejects(rest(emulator, `${call.id}/accept`, SESSION), { cause: { code: 'ECONNRESET' } });
});

t.test('200 may mean nothing', async (t) => {
  const { emulator, call } = await connectedCall(t);
  emulator.failNext('refer', [{ kind: 'ok_no_effect' }]);
  emulator.failNext('accept', [{ kind: 'ok_no_effect' }]);
  t.equal((await rest(emulator, `${call.id}/refer`, { target_uri: 'tel:+81312345678' })).status, 200);
  t.equal(call.transferredTo, null);
  const other = await emulator.ring();
  t.equal((await rest(emulator, `${other.id}/accept`, SESSION)).status, 200);
  await t.rejects(connect(t, emulator, sidebandUrl(emulator, other.id)), /404/);
});

t.test('an answer may be late', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  emulator.failNext('accept', [{ kind: 'delay', ms: 30 }]);
  const before = performance.now();
  t.equal((await rest(emulator, `${call.id}/accept`, SESSION)).status, 200);
  t.ok(performance.now() - before >= 29);
});

t.test('a call that the client places is driven like one that rang', async (t) => {
  const emulator = await emulatorFor(t);
  const client = new OpenAI({ apiKey: emulator.apiKey, baseURL: emulator.baseUrl });
  const answer = await client.realtime.calls.create({
    sdp: 'v=0',
    session: { type: 'realtime', model: 'gpt-realtime' },
  });
  const id = answer.headers.get('location')?.split('/').at(-1);
  t.equal(answer.status, 201);
  t.equal(emulator.calls[0]?.id, id);
  t.equal(emulator.calls[0]?.state, 'accepted');
  const offer = new FormData();
  offer.set('sdp', await toFile(Buffer.from('v=0'), 'offer.sdp'));
  offer.set('session', JSON.stringify({ type: 'realtime', modalities: ['audio'] }));
  const headers = { authorization: `Bearer ${emulator.apiKey}` };
  const wrong = await fetch(`${emulator.baseUrl}/realtime/calls`, { method: 'POST', body: offer, headers });
  t.equal(await codeOf(wrong), 'unknown_parameter');
});

t.test('models are listed', async (t) => {
  const emulator = await emulatorFor(t);
  const client = new OpenAI({ apiKey: emulator.apiKey, baseURL: emulator.baseUrl });
  const page = await client.models.list();
  t.ok(page.data.some((model) => model.id === 'gpt-realtime-2.1'));
});
