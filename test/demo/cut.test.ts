import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { startEmulator } from '../../emulator/index.ts';

t.test('what reached a frozen sideband is lost when it is cut', async (t) => {
  const emulator = await startEmulator({ playback: { speed: 100 } });
  t.teardown(() => emulator.close());
  const call = await emulator.ring();
  const headers = { authorization: `Bearer ${emulator.apiKey}` };
  await fetch(`${emulator.baseUrl}/realtime/calls/${call.id}/accept`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'realtime', model: 'gpt-realtime-2.1' }),
  });
  const url = `${emulator.baseUrl.replace('http', 'ws')}/realtime?call_id=${call.id}`;
  const socket = new WebSocket(url, { headers });
  await call.waitFor(({ event }) => event.type === 'session.created');
  await once(socket, 'open');
  call.freezeSideband();
  await new Promise((resolve) => socket.send(JSON.stringify({ type: 'response.create' }), resolve));
  // The other connection answers after the message above has reached the machine's buffers.
  await fetch(`${emulator.baseUrl}/realtime/calls/${call.id}/nothing`, { method: 'POST', headers });
  call.cutSideband();
  await once(socket, 'close');
  t.same(
    call.wire.filter(({ direction }) => direction === 'received'),
    [],
  );
});
