import { once } from 'node:events';
import WebSocket from 'ws';
import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { connect, connectedCall, emulatorFor, rest, sent, sidebandUrl } from './helper.ts';

t.test('no sideband before accept, none after the end', async (t) => {
  const emulator = await emulatorFor(t);
  const call = await emulator.ring();
  await t.rejects(connect(t, emulator, sidebandUrl(emulator, call.id)), /404/);
  await rest(emulator, `${call.id}/accept`, { type: 'realtime' });
  await connect(t, emulator, sidebandUrl(emulator, call.id));
  call.hangUp();
  await t.rejects(connect(t, emulator, sidebandUrl(emulator, call.id)), /404/);
});

t.test('session.created carries what was accepted over the defaults', async (t) => {
  const tools = [{ type: 'function', name: 'end_call', parameters: { type: 'object', properties: {} } }];
  const { client } = await connectedCall(t, {}, { tools, instructions: '受付です' });
  t.match(await client.next('session.created'), {
    session: {
      id: /^sess_/,
      object: 'realtime.session',
      type: 'realtime',
      tools,
      instructions: '受付です',
      tool_choice: 'auto',
      audio: { input: { turn_detection: { type: 'server_vad', create_response: true } } },
    },
  });
});

t.test('a sideband needs the key', async (t) => {
  const { emulator, call } = await connectedCall(t);
  const socket = new WebSocket(sidebandUrl(emulator, call.id));
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  t.equal(response.statusCode, 401);
  socket.on('error', () => {});
  socket.terminate();
});

t.test('attaching can be refused, hang, or stay silent', async (t) => {
  const { emulator, call } = await connectedCall(t);
  emulator.failNextAttach(
    [{ kind: 'status', status: 503 }, { kind: 'no_answer' }, { kind: 'silent' }],
    call.id,
  );
  await t.rejects(connect(t, emulator, sidebandUrl(emulator, call.id)), /503/);
  const hanging = new WebSocket(sidebandUrl(emulator, call.id), {
    headers: { authorization: `Bearer ${emulator.apiKey}` },
    handshakeTimeout: 50,
  });
  t.match(await once(hanging, 'error'), [/handshake has timed out/]);
  const silent = await connect(t, emulator, sidebandUrl(emulator, call.id));
  call.press('1');
  await silent.next('input_audio_buffer.dtmf_event_received');
  t.notOk(silent.types().includes('session.created'));
});

t.test('the caller who hangs up leaves a broken socket and no event', async (t) => {
  const { call, client } = await connectedCall(t);
  const closed = once(client.socket, 'close');
  call.hangUp();
  t.match(await closed, [1006]);
  t.same(client.types(), ['session.created']);
});

t.test('a broken sideband is not the end: the agent is heard on', async (t) => {
  const { emulator, call, client } = await connectedCall(t, { model: scriptedModel([[{ say: 'はい。' }]]) });
  const closed = once(client.socket, 'close');
  call.cutSideband();
  t.match(await closed, [1006]);
  await call.say('もしもし', { ms: 1 });
  await call.quiet();
  t.match(call.heard, [{ text: 'はい。', cut: false }]);
  const again = await connect(t, emulator, sidebandUrl(emulator, call.id));
  await again.next('session.created');
  t.same([again.types(), call.connections, call.attached], [['session.created'], 2, true]);
});

t.test('a sideband can be closed with a code', async (t) => {
  const { call, client } = await connectedCall(t);
  const closed = once(client.socket, 'close');
  call.closeSideband(1012, 'restart');
  t.match(await closed, [1012]);
  t.equal(call.state, 'accepted');
});

t.test('a frozen sideband answers no ping and loses nothing', async (t) => {
  const { emulator, call, client } = await connectedCall(t);
  let pongs = 0;
  client.socket.on('pong', () => {
    pongs += 1;
  });
  call.freezeSideband();
  client.socket.ping();
  call.press('7');
  const other = await connect(t, emulator, sidebandUrl(emulator, call.id));
  other.socket.ping();
  await once(other.socket, 'pong');
  t.same([pongs, client.types(), client.socket.readyState], [0, ['session.created'], WebSocket.OPEN]);
  const ponged = once(client.socket, 'pong');
  call.thawSideband();
  await ponged;
  await client.next('input_audio_buffer.dtmf_event_received');
});

t.test('the longest duration ends with session_expired', async (t) => {
  const { call, client } = await connectedCall(t);
  const closed = once(client.socket, 'close');
  call.expire();
  await closed;
  t.match(await client.next('error'), { error: { code: 'session_expired' } });
  t.equal(call.endedBy, 'openai');
});

t.test('anything can be sent on a sideband', async (t) => {
  const { call, client } = await connectedCall(t);
  call.send({ type: 'weather.changed', sky: 'blue' });
  t.match(await client.next('weather.changed'), { event_id: /^event_/, sky: 'blue' });
  client.socket.removeAllListeners('message');
  const message = once(client.socket, 'message');
  call.sendRaw('{"not JSON');
  t.equal(String((await message)[0]), '{"not JSON');
});

t.test('a wait that ends in vain says what was seen', async (t) => {
  const { call } = await connectedCall(t);
  await t.rejects(call.waitFor(sent('response.done'), 10), /session\.created/);
});

t.test('transcripts come early, late, never, failed or misheard', async (t) => {
  const prefix = 'conversation.item.input_audio_transcription';
  const session = { audio: { input: { transcription: { model: 'gpt-transcribe' } } } };
  const { call, client } = await connectedCall(t, { model: scriptedModel([]) }, session);
  await call.say('あ', { ms: 1, transcript: 'never' });
  await call.quiet();
  t.notOk(client.types().some((type) => type.startsWith(prefix)));
  await call.say('い', { ms: 1, transcript: 'late' });
  t.match(await client.next(`${prefix}.completed`), { transcript: 'い', usage: { type: 'duration' } });
  t.ok(client.types().indexOf(`${prefix}.completed`) > client.types().lastIndexOf('response.done'));
  await call.quiet();
  await call.say('う', { ms: 1, transcript: 'failed' });
  await client.next(`${prefix}.failed`);
  await call.quiet();
  await call.say('え', { ms: 1, heardAs: 'へ' });
  t.match(await client.next(`${prefix}.completed`, 2), { transcript: 'へ' });
});
