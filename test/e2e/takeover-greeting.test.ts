import t from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { claimOf } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { acceptedByAnother, greetedByAnother } from './dead-node.ts';
import { attached, house, ownerOf, TAKEOVER_MS, type House } from './nodes.ts';
import { greeted, hears, script } from './service.ts';
import { asked } from './talk.ts';

/** A call that a node accepted which died then; stored is only that it was claimed. */
async function abandoned(desk: House): Promise<EmulatedCall> {
  const call = await acceptedByAnother(desk.emulator, script([{ say: '承知しました。' }]));
  await desk.store.calls.claimCall(
    claimOf(call.id, { callId: call.id, node: 'dead', leaseMs: 1, eventCreatedAt: Date.now() }),
  );
  return call;
}

/** It was stored, too, that the caller is about to be greeted. */
async function abandonedLive(desk: House): Promise<EmulatedCall> {
  const call = await abandoned(desk);
  const liveAt = Date.now();
  const fields = { acceptedAt: liveAt, liveAt, noticeVersion: '2026-11' };
  if (!(await desk.store.calls.transition(call.id, 1, ['claimed'], 'live', fields)))
    throw new Error('not live');
  return call;
}

t.test(
  'who dies before the greeting is asked for: the next owner greets',
  { timeout: 120_000 },
  async (t) => {
    await withPostgres(t, async (url) => {
      const desk = await house(t, url);
      const call = await abandonedLive(desk);
      const node = await desk.node();
      await greeted(call);
      t.same(asked(call), ['greeting']);
      await call.quiet();
      await call.say('もしもし。');
      await hears(call, '承知しました');
      call.hangUp();
      await node.logged('"reason":"caller_hangup"', TAKEOVER_MS);
      node.process.kill('SIGTERM');
      t.equal(await node.exit, 0);
      t.match(await ownerOf(desk, call), { noticeProof: 'played', endReason: 'caller_hangup' });
    });
  },
);

t.test('who dies while greeting: the next owner does not greet again', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const desk = await house(t, url, 'manual');
    const first = await desk.node();
    const call = await desk.emulator.ring({ model: script([{ say: '承知しました。' }]) });
    await call.waitFor(({ event }) => event.type === 'output_audio_buffer.started');
    first.process.kill('SIGKILL');
    const second = await desk.node();
    await attached(call, 2);
    await call.waitFor(
      ({ event, connection }) => connection === 2 && event.type === 'session.updated',
      TAKEOVER_MS,
    );
    t.same(asked(call), ['greeting'], 'it listens now');
    call.hangUp();
    await second.logged('"reason":"caller_hangup"', TAKEOVER_MS);
    second.process.kill('SIGTERM');
    t.equal(await second.exit, 0);
    t.match(await ownerOf(desk, call), { noticeProof: 'unproven' });
  });
});

t.test(
  'who greets and dies before anything of it is stored: the next owner does not greet again',
  { timeout: 120_000 },
  async (t) => {
    await withPostgres(t, async (url) => {
      const desk = await house(t, url);
      const call = await abandoned(desk);
      await greetedByAnother(desk.emulator, call);
      const node = await desk.node();
      await call.waitFor(
        ({ event, connection }) => connection === 2 && event.type === 'session.updated',
        TAKEOVER_MS,
      );
      t.same(asked(call), [], 'it listens now');
      call.hangUp();
      await node.logged('"reason":"caller_hangup"', TAKEOVER_MS);
      node.process.kill('SIGTERM');
      t.equal(await node.exit, 0);
      t.match(await ownerOf(desk, call), { noticeProof: 'unproven' });
    });
  },
);
