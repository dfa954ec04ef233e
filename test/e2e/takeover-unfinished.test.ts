import t from 'tap';
import { withPostgres } from '../store/postgres.ts';
import { attached, house, ownerOf, talking, TAKEOVER_MS } from './nodes.ts';
import { requests } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { asked, sent, settled, until } from './talk.ts';

const reply = () => script([{ say: '承知しました。' }], [{ say: 'はい、承りました。' }]);

t.test('after an outage of all nodes every call goes on or is ended', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const desk = await house(t, url);
    const nodes = [await desk.node(), await desk.node()];
    const [stays, leaves] = [await talking(desk, reply()), await talking(desk, reply())];
    for (const node of nodes) node.process.kill('SIGKILL');
    await Promise.all(nodes.map(async ({ exit }) => exit));
    leaves.hangUp();

    const last = await desk.node();
    await attached(stays, 2);
    await stays.say('もしもし。');
    await hears(stays, '承知しました');
    t.equal(asked(stays).filter((purpose) => purpose === 'greeting').length, 1);
    await last.logged('"result":"not_found"', TAKEOVER_MS);
    stays.hangUp();
    last.process.kill('SIGTERM');
    t.equal(await last.exit, 0);
    for (const call of [stays, leaves])
      t.match(await ownerOf(desk, call), { state: 'ended', endReason: 'caller_hangup' });
  });
});

t.test(
  'a transfer that was asked for is waited for by the next owner, not asked for again',
  { timeout: 120_000 },
  async (t) => {
    await withPostgres(t, async (url) => {
      const desk = await house(t, url);
      const first = await desk.node();
      desk.emulator.failNext('refer', [{ kind: 'ok_no_effect' }]);
      const call = await talking(
        desk,
        script([calls('transfer_to_human', { target: 'office' })], [{ say: '承知しました。' }]),
      );
      await call.say('担当の方をお願いします。');
      await until(() => requests(call, 'refer').length === 1, 'the transfer to be asked for', TAKEOVER_MS);
      for (;;) {
        const progress = await desk.store.calls.readProgress(call.id);
        const body = progress?.body as { transfer?: { referred: boolean } | null } | null;
        if (body?.transfer?.referred === true) break;
      }
      first.process.kill('SIGKILL');
      const second = await desk.node();
      await attached(call, 2);
      await until(() => asked(call).includes('transfer_failed'), 'the caller to be told', TAKEOVER_MS);
      await hears(call, 'つながりませんでした');
      t.equal(requests(call, 'refer').length, 1);
      call.hangUp();
      second.process.kill('SIGTERM');
      t.equal(await second.exit, 0);
      t.match(await ownerOf(desk, call), { state: 'ended', endReason: 'caller_hangup' });
    });
  },
);

t.test('a goodbye under way is finished by the next owner', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const desk = await house(t, url, 'manual');
    const first = await desk.node();
    const call = await desk.emulator.ring({ model: script([calls('end_call', { outcome: 'other' })]) });
    const speaks = async (count: number): Promise<void> => {
      await until(
        () => sent(call, 'output_audio_buffer.started').length === count,
        `speech ${count}`,
        TAKEOVER_MS,
      );
      await settled(call);
    };
    await speaks(1);
    call.finishPlayback();
    await settled(call);
    await call.say('それだけです。');
    await speaks(2);
    for (;;) {
      const progress = await desk.store.calls.readProgress(call.id);
      if ((progress?.body as { phase?: string } | null)?.phase === 'closing') break;
    }
    first.process.kill('SIGKILL');
    const second = await desk.node();
    await attached(call, 2);
    t.equal(call.state, 'accepted', 'nobody has cut it');
    call.finishPlayback();
    await speaks(3);
    call.finishPlayback();
    await call.ended();
    t.equal(requests(call, 'hangup').length, 1, 'hung up once');
    second.process.kill('SIGTERM');
    t.equal(await second.exit, 0);
    t.match(await ownerOf(desk, call), { state: 'ended', endReason: 'completed' });
  });
});
