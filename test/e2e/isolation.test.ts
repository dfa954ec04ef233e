import t from 'tap';
import { startEmulator } from '../../emulator/index.ts';
import { startChild } from './child.ts';
import { logged, requests } from './outcomes.ts';
import { API_KEY, calls, greeted, hears, script, WEBHOOK_SECRET } from './service.ts';

const emulator = await startEmulator({
  apiKey: API_KEY,
  webhookSecrets: [WEBHOOK_SECRET],
  playback: { speed: 100 },
});
t.teardown(async () => emulator.close());
const child = await startChild(t, emulator, { program: './faulty-service.js' });

const bystander = await emulator.ring({
  model: script([{ say: 'はい、続けてどうぞ。' }], [calls('end_call', { outcome: 'other' })]),
});
await greeted(bystander);

for (const [tool, how] of [
  ['reject_floating', 'leaves a promise alone that rejects'],
  ['reject_after_query', 'rejects after a query that nobody waits for'],
  ['throw_in_timer', 'throws in a timer'],
  ['throw_in_tick', 'throws in the next tick'],
  ['throw_in_immediate', 'throws in the next turn of the loop'],
] as const) {
  t.test(`54: a tool that ${how} ends its own call and no other`, async (t) => {
    const call = await emulator.ring({ model: script([calls(tool, {})]) });
    await greeted(call);
    await call.say('お願いします。');
    await call.ended();
    t.equal(call.endedBy, 'service');
    t.equal(requests(call, 'hangup').length, 1);
    await child.logged(`"call_id":"${call.id}","reason":"internal_error"`);
    t.ok(logged(child.lines, call.id).some(({ live }) => live === true));
    t.equal(bystander.state, 'accepted');
    t.ok(bystander.attached);
  });
}

for (const [tool, how] of [
  ['throw_after_the_call', 'throws'],
  ['reject_after_the_call', 'rejects'],
] as const) {
  t.test(`a tool that ${how} after its call is over harms nobody`, async (t) => {
    const call = await emulator.ring({ model: script([calls(tool, {}), { say: '少々お待ちください。' }]) });
    await greeted(call);
    await call.say('お願いします。');
    await hears(call, '少々');
    call.hangUp();
    await child.logged(`"call_id":"${call.id}","live":false`);
    const { status } = await fetch(`${child.url}/readyz`);
    t.equal(status, 200, 'the process takes calls as before');
  });
}

t.test('the call beside them was never disturbed, and the process stops as if nothing was', async (t) => {
  await bystander.say('もしもし。');
  await hears(bystander, '続けて');
  await bystander.say('以上です。');
  await bystander.ended();
  t.same(
    bystander.heard.filter(({ cut }) => cut),
    [],
  );
  child.process.kill('SIGTERM');
  t.equal(await child.exit, 0);
});
