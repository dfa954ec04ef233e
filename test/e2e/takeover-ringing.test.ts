import t from 'tap';
import { withPostgres } from '../store/postgres.ts';
import { house, ownerOf, TAKEOVER_MS } from './nodes.ts';
import { acceptStatuses } from './outcomes.ts';
import { greeted, hears, script } from './service.ts';
import { asked, until } from './talk.ts';

t.test('nodes of which one dies while it takes a call', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const desk = await house(t, url);
    const second = await desk.node();

    await t.test('17: between accept and sideband: the other node attaches, and greets once', async (t) => {
      const first = await desk.node();
      const call = await desk.emulator.ring({ deliver: false, model: script([{ say: '承知しました。' }]) });
      desk.emulator.failNextAttach([{ kind: 'no_answer' }], call.id);
      await call.deliver();
      await call.waitForRest('accept');
      t.same(acceptStatuses(call), [200]);
      t.equal(call.connections, 0);
      first.process.kill('SIGKILL');
      const killedAt = performance.now();
      await until(() => call.connections === 1, 'the other node', TAKEOVER_MS);
      t.comment(`attached after ${Math.round(performance.now() - killedAt)} ms`);
      await greeted(call);
      await call.say('お願いします。');
      await hears(call, '承知しました');
      t.same(asked(call), ['greeting']);
      t.match(await ownerOf(desk, call), { epoch: 2, state: 'live' });
      call.hangUp();
      await second.logged('"reason":"caller_hangup"');
    });

    await t.test(
      '16: between the answer to the webhook and the accept: the other node accepts',
      async (t) => {
        const first = await desk.node();
        const call = await desk.emulator.ring({ deliver: false, model: script([{ say: '承知しました。' }]) });
        desk.emulator.failNext('accept', [{ kind: 'no_answer' }], call.id);
        t.equal((await call.deliver()).status, 200);
        await call.waitForRest('accept');
        first.process.kill('SIGKILL');
        await until(() => call.connections === 1, 'the other node', TAKEOVER_MS);
        await greeted(call);
        t.same(asked(call), ['greeting']);
        t.same(acceptStatuses(call), [0, 200]);
        t.match(await ownerOf(desk, call), { epoch: 2 });
        call.hangUp();
      },
    );

    second.process.kill('SIGTERM');
    t.equal(await second.exit, 0);
  });
});
