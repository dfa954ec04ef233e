import t from 'tap';
import { LEASE_MS } from '../../src/call/owner-rules.ts';
import { openTcpProxy } from '../store/tcp-proxy.ts';
import { withPostgres } from '../store/postgres.ts';
import { alarms } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { outputs, settled, startTalk } from './talk.ts';
import { turn } from './two-nodes.ts';

/** Three answers that are missing, a tool's deadline before them, and then some, ms. */
const OUTAGE_MS = 45_000;
/** After an outage everything that waited is written within this, ms. */
const WRITTEN_MS = 6_000;

t.test(
  '38: an outage with another node there ends no call that is waited for',
  { timeout: 60_000 },
  async (t) => {
    await withPostgres(t, async (url) => {
      await t.test('a message that waits for the database, and a caller who waits with it', async (t) => {
        const server = new URL(url);
        const line = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
        t.teardown(async () => line.close());
        server.host = `127.0.0.1:${line.port}`;
        const env = { SCENARIO: 'reception-ja', API: 'off' };
        const node = await startTalk(t, { env: { ...env, DATABASE_URL: server.href } });
        await startTalk(t, {
          env: { ...env, DATABASE_URL: url, OPENAI_BASE_URL: node.emulator.baseUrl },
        });
        await turn(node, 2 * LEASE_MS);
        t.equal(node.app.callManager.owner.peers, 1);
        const message = calls('take_message', { caller_name: 'ヤマダ', body: '遅れます' });
        const [waiting, silent] = [
          await node.greetedCall(script([message], [{ say: '申し訳ございません。' }])),
          await node.greetedCall(script([{ say: 'はい、どうぞ。' }])),
        ];
        await turn(node, LEASE_MS);
        await line.refuse();
        await waiting.say('伝言をお願いします。');
        await settled(waiting);
        await node.pass(OUTAGE_MS);
        t.same([waiting.state, silent.state], ['accepted', 'accepted']);
        t.same(outputs(waiting), [], 'nothing is said on a call that may be another node’s');

        await line.reopen();
        await node.app.callManager.owner.renew();
        await hears(waiting, '申し訳ございません');
        t.match(outputs(waiting), [{ ok: false, error: 'timeout' }]);
        await turn(node, WRITTEN_MS);
        await silent.say('もしもし。');
        await hears(silent, 'はい、どうぞ');
        for (const call of [waiting, silent]) {
          t.same(alarms(node.lines, call.id), []);
          call.hangUp();
          t.match(await node.stored(call), { endReason: 'caller_hangup', epoch: 1 });
        }
      });
    });
  },
);
