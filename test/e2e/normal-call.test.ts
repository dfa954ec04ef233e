import t from 'tap';
import { calls, greeted, hears, script, startService, storedEnd } from './service.ts';

const FAREWELL = 'お電話ありがとうございました。それでは失礼いたします。';

t.test('a call goes from ring to goodbye, and all of it is stored', async (t) => {
  const service = await startService(t);
  const store = service.app.store.calls;
  const call = await service.emulator.ring({
    from: '<sip:+819012345678@pstn.example>;tag=1',
    model: script(
      [{ say: 'お名前をお願いいたします。' }],
      [calls('take_message', { caller_name: 'ヤマダタロウ', body: '説明会に出席する。' })],
      [{ say: '承りました。担当に申し伝えます。' }],
      [calls('end_call', { outcome: 'message_taken' })],
    ),
  });
  await greeted(call);
  await call.say('説明会に出席します。');
  await hears(call, 'お名前');
  await call.say('山田太郎です。');
  await hears(call, '承りました');
  await call.say('はい、それだけです。');
  await call.ended();
  const stored = await storedEnd(service, call.id);

  t.match(stored, {
    state: 'ended',
    endReason: 'completed',
    endParty: 'agent',
    endDetail: 'message_taken',
    callerNumber: '+819012345678',
    noticeProof: 'played',
    noticeVersion: '2026-11',
  });
  t.ok(stored.costUsd !== null && stored.costUsd > 0, 'the call has a cost');
  t.same(
    call.heard.map(({ cut }) => cut),
    call.heard.map(() => false),
    'nothing was cut',
  );
  t.equal(call.heard.at(-1)?.text, FAREWELL);
  t.same(
    (await store.listTurns(call.id)).map(({ role, text, status }) => [role, text, status]),
    [
      ['agent', call.heard[0]?.text, 'complete'],
      ['caller', '説明会に出席します。', 'complete'],
      ['agent', 'お名前をお願いいたします。', 'complete'],
      ['caller', '山田太郎です。', 'complete'],
      ['tool', 'take_message: ok', 'complete'],
      ['agent', '承りました。担当に申し伝えます。', 'complete'],
      ['caller', 'はい、それだけです。', 'complete'],
      ['tool', 'end_call: ok', 'complete'],
      ['agent', FAREWELL, 'complete'],
    ],
  );
  t.match(await store.listMessages(10), [
    { callerName: 'ヤマダタロウ', callbackNumber: '+819012345678', body: '説明会に出席する。' },
  ]);
  for (const line of [
    `Incoming call: call_id=${call.id}`,
    'Accepted. Connecting Realtime WebSocket…',
    `WebSocket open: call ${call.id}`,
    'Assistant response done.',
  ]) {
    t.ok(
      service.lines.some((written) => written.includes(line)),
      `logged: ${line}`,
    );
  }
  t.notOk(service.lines.join('').includes('9012345678'), 'no log line holds the number');
});
