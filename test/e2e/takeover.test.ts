import t from 'tap';
import { withPostgres } from '../store/postgres.ts';
import { attached, house, ownerOf, talking, TAKEOVER_MS } from './nodes.ts';
import { greetings } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { asked, outputs, until } from './talk.ts';

const MESSAGE = { caller_name: 'ヤマダ', body: '欠席します' };

t.test('nodes that share a PostgreSQL server', { timeout: 180_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const desk = await house(t, url);

    await t.test('a call goes on when its process is killed, and nobody greets again', async (t) => {
      const first = await desk.node();
      const call = await talking(desk, script([{ say: 'はい、どうぞ。' }], [{ say: '承知しました。' }]));
      await call.say('もしもし。');
      await hears(call, 'はい、どうぞ');
      const greeted = greetings(call);
      const second = await desk.node();
      const before = await ownerOf(desk, call);
      first.process.kill('SIGKILL');
      const killedAt = performance.now();
      await attached(call, 2);
      t.comment(`taken over after ${Math.round(performance.now() - killedAt)} ms`);
      const after = await ownerOf(desk, call);
      t.equal(after.epoch, before.epoch + 1);
      t.not(after.node, before.node);
      await call.say('お願いします。');
      await hears(call, '承知しました');
      t.equal(greetings(call), greeted, 'no response was asked for but the model answered by itself');
      t.equal(asked(call).filter((purpose) => purpose === 'greeting').length, 1);
      call.hangUp();
      await until(() => second.lines.some((line) => line.includes('"reason":"caller_hangup"')));
      second.process.kill('SIGTERM');
      t.equal(await second.exit, 0);
    });

    await t.test('a frozen owner that wakes up has lost the call, and says and stores nothing', async (t) => {
      const first = await desk.node();
      const call = await talking(desk, script([calls('take_message', MESSAGE)], [{ say: '承りました。' }]));
      const second = await desk.node();
      first.process.kill('SIGSTOP');
      await attached(call, 2);
      const taken = await ownerOf(desk, call);
      const sentByFirst = call.wire.filter(
        ({ direction, connection }) => direction === 'received' && connection === 1,
      ).length;
      await call.say('伝言をお願いします。');
      first.process.kill('SIGCONT');
      await first.logged('Lease lost', TAKEOVER_MS);
      await hears(call, '承りました');
      t.equal(
        call.wire.filter(({ direction, connection }) => direction === 'received' && connection === 1).length,
        sentByFirst,
        'the old sideband was not used again',
      );
      t.equal(outputs(call).length, 1);
      t.equal((await desk.store.calls.listMessages(100)).length, 1);
      t.match(await ownerOf(desk, call), { epoch: taken.epoch, node: taken.node, endedAt: null });
      call.hangUp();
      await until(() => second.lines.some((line) => line.includes('"reason":"caller_hangup"')));
      for (const node of [first, second]) node.process.kill('SIGTERM');
      await Promise.all([first.exit, second.exit]);
    });

    await t.test('a stop hands live calls to another node, at once and without a cut', async (t) => {
      const first = await desk.node();
      const live = await Promise.all(
        Array.from({ length: 8 }, async () => talking(desk, script([{ say: '承知しました。' }]))),
      );
      const second = await desk.node();
      const startedAt = performance.now();
      first.process.kill('SIGTERM');
      t.equal(await first.exit, 0);
      t.comment(`drained after ${Math.round(performance.now() - startedAt)} ms`);
      await Promise.all(live.map(async (call) => attached(call, 2)));
      for (const call of live) {
        await call.say('お願いします。');
        await hears(call, '承知しました');
      }
      t.same(
        live.map(({ state, endedBy }) => [state, endedBy]),
        live.map(() => ['accepted', null]),
      );
      t.same(
        live.map((call) => asked(call).filter((purpose) => purpose === 'greeting').length),
        live.map(() => 1),
      );
      for (const call of live) call.hangUp();
      second.process.kill('SIGTERM');
      t.equal(await second.exit, 0);
      for (const call of live)
        t.match(await ownerOf(desk, call), { state: 'ended', endReason: 'caller_hangup' });
    });

    await t.test('a caller who hangs up while nobody serves the call: its end is stored', async (t) => {
      const first = await desk.node();
      const call = await talking(desk, script([{ say: '承知しました。' }]));
      first.process.kill('SIGKILL');
      call.hangUp();
      const second = await desk.node();
      await second.logged('"result":"not_found"', TAKEOVER_MS);
      second.process.kill('SIGTERM');
      t.equal(await second.exit, 0);
      t.match(await ownerOf(desk, call), { state: 'ended', endReason: 'caller_hangup', endParty: 'caller' });
    });
  });
});
