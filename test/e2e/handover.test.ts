import t from 'tap';
import { LEASE_MS } from '../../src/call/owner-rules.ts';
import { withPostgres } from '../store/postgres.ts';
import { attached } from './nodes.ts';
import { fillRoster } from './roster.ts';
import { hears, script } from './service.ts';
import { settled, startTalk } from './talk.ts';
import { breakLines, turn } from './two-nodes.ts';

const PHONE = '+819012347001';
/** Less than the pause that ends an entry, ms. */
const SLOW_MS = 1_500;
/** A node that stops looks this often whether a call can go; the other one looks for calls, ms. */
const LOOK_MS = 200;
const POLL_MS = 400;

t.test('a stop while the caller presses keys: the next node completes the entry', async (t) => {
  await withPostgres(t, async (url) => {
    await t.test('keys pressed so slowly that no quiet moment comes', async (t) => {
      const env = { SCENARIO: 'attendance-ja', DATABASE_URL: url };
      const from = await startTalk(t, { env });
      const to = await startTalk(t, { env: { ...env, OPENAI_BASE_URL: from.emulator.baseUrl } });
      for (const node of [from, to]) await turn(node, 2 * LEASE_MS);
      await breakLines(to);
      const roster = await fillRoster(from.app.store.briefings, from.clock.now());
      await roster.register({ code: 'S-7001', phone: PHONE });
      const call = await from.greetedCall(script([{ say: 'はい。' }]), {
        from: `<sip:${PHONE}@pstn.example>`,
      });
      await settled(call);
      await to.app.callManager.owner.renew();
      void from.app.callManager.drain(60_000);
      for (const key of '700') {
        call.press(key);
        await settled(call);
        await turn(from, SLOW_MS);
      }
      while (from.app.callManager.calls > 0) await turn(from, LOOK_MS);
      t.equal(call.connections, 1);

      await turn(to, POLL_MS);
      await attached(call, 2);
      for (const key of '1#') call.press(key);
      await hears(call, '確認できました');
      call.hangUp();
      t.match(await to.stored(call), { endReason: 'caller_hangup', epoch: 2 });
      const entries = (await to.app.store.calls.listTurns(call.id)).filter(({ role }) => role === 'keypad');
      t.match(entries, [{ text: '[キー入力] 7001#' }], 'no half of it was taken for an entry');
    });
  });
});
