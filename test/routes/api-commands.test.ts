import t from 'tap';
import { claimed, COMPLETED } from '../store/fixtures.ts';
import { startApi } from './api.ts';

const api = await startApi(t);
const { store } = api.app;

t.test('a command is asked for once under its key, and listed without its words', async (t) => {
  const callId = await claimed(store, 'a');
  const path = `/calls/${callId}/commands`;
  const body = { command: 'say', sentence: '少々お待ちください。' };
  const headers = { 'idempotency-key': 'one' };
  const first = await api.call('POST', path, { body, headers });
  t.match(first, {
    status: 202,
    json: { call_id: callId, command: 'say', state: 'waiting', target: null, result: null },
  });
  t.match(first.json.requested_by, /^api:/);
  const again = await api.call('POST', path, { body, headers });
  t.same(again.json, first.json);
  t.match(await api.call('POST', path, { body: { command: 'hang_up' } }), { status: 202 });
  t.match(await api.call('POST', path, { body: { command: 'transfer', target: 'hr' } }), {
    status: 202,
    json: { target: 'hr' },
  });
  const list = await api.call('GET', path);
  t.same(
    list.json.data.map(({ command }: { command: string }) => command),
    ['say', 'hang_up', 'transfer'],
  );
  t.notMatch(list.text + api.lines.join(''), '少々お待ち');
});

t.test('what is no command is refused', async (t) => {
  const callId = await claimed(store, 'b');
  for (const body of [
    {},
    { command: 'dance' },
    { command: 'say' },
    { command: 'say', sentence: ' ' },
    { command: 'say', sentence: '一\n二' },
    { command: 'say', sentence: 'あ'.repeat(201) },
    { command: 'transfer', target: '' },
    { command: 'hang_up', sentence: 'はい。' },
  ])
    t.match(
      await api.call('POST', `/calls/${callId}/commands`, { body }),
      { status: 400 },
      JSON.stringify(body),
    );
  t.same((await api.call('GET', `/calls/${callId}/commands`)).json.data, []);
});

t.test('a call that is over, or was never there, takes no command', async (t) => {
  const callId = await claimed(store, 'c');
  await store.calls.finishCall(callId, 1, COMPLETED);
  const body = { command: 'hang_up' };
  t.match(await api.call('POST', `/calls/${callId}/commands`, { body }), {
    status: 409,
    json: { code: 'conflict' },
  });
  t.match(await api.call('POST', '/calls/rtc_none/commands', { body }), { status: 404 });
  t.match(await api.call('GET', '/calls/rtc_none/commands'), { status: 404 });
});
