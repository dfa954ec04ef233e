import { once } from 'node:events';
import WebSocket from 'ws';
import t from 'tap';
import { startEmulator } from '../../emulator/index.ts';
import { connect, rest, sidebandUrl } from './helper.ts';

/** Handles that keep a process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/u.test(name)).length;
}

/** Sockets of the clients go in the turns of the loop that follow. */
async function letGo(before: number): Promise<void> {
  for (let turn = 0; turn < 100 && handles() > before; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('a closed emulator leaves nothing behind', async (t) => {
  const before = handles();
  const emulator = await startEmulator({ thinkMs: 1_000 });
  const call = await emulator.ring();
  await rest(emulator, `${call.id}/accept`, { type: 'realtime' });
  const client = await connect(t, emulator, sidebandUrl(emulator, call.id));
  const frozen = await connect(t, emulator, sidebandUrl(emulator, call.id));
  emulator.failNext('hangup', [{ kind: 'no_answer' }]);
  const unanswered = rest(emulator, `${call.id}/hangup`);
  await call.waitForRest('hangup');
  emulator.failNextAttach([{ kind: 'no_answer' }]);
  const hanging = new WebSocket(sidebandUrl(emulator, call.id), {
    headers: { authorization: 'Bearer sk-emulator' },
  });
  const refused = once(hanging, 'error');
  client.send({ type: 'response.create' });
  await client.next('response.created');
  call.freezeSideband();
  const speaking = call.say('もしもし', { ms: 60_000 });

  const gone = [once(client.socket, 'close'), once(frozen.socket, 'close')];
  await emulator.close();
  await t.rejects(unanswered);
  await Promise.all([...gone, refused.catch(() => {}), speaking]);
  t.equal(call.state, 'over');
  await letGo(before);
  t.equal(handles(), before);
});
