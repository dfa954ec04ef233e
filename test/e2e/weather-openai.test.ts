import t from 'tap';
import { greetings, metric, requests } from './outcomes.ts';
import { openOpenAiLine } from './openai-line.ts';
import { greeted, script } from './service.ts';
import { startTalk, until } from './talk.ts';

const LIVE = 30;
const RINGING = 10;
/** Nearly five minutes: the clock may be turned by less than the 300 s that a webhook's timestamp is worth, ms. */
const AWAY_MS = 260_000;
/** Time in which the sidebands are tried again, and hanging up begins, ms. */
const REATTACH_MS = 12_000;
/** Retries in reserve, and single ones that show whether OpenAI is back. */
const RESERVE = 10;
const PROBES = 14;
/** Within this after the recovery all is hung up, ms. */
const RECOVERY_MS = 6_000;

const line = await openOpenAiLine(t);
const talk = await startTalk(t, { env: { OPENAI_BASE_URL: line.baseUrl } });
line.target = talk.emulator.baseUrl;
const model = () => script([{ say: 'はい、どうぞ。' }]);

t.test(
  '57: while OpenAI is away for minutes it is asked little, and all is repaired when it is back',
  async (t) => {
    const live = await Promise.all(Array.from({ length: LIVE }, async () => talk.greetedCall(model())));
    const before = line.asked('accept');
    line.down();

    await t.test('a ringing call costs four accepts at most, and its caller is sent on', async (t) => {
      const ringing = await Promise.all(Array.from({ length: RINGING }, async () => talk.call(model())));
      t.ok(
        ringing.every(({ deliveries }) => deliveries[0]?.status === 200),
        'webhooks are answered',
      );
      await talk.pass(REATTACH_MS);
      const accepts = line.asked('accept') - before;
      t.ok(accepts > 2 * RINGING && accepts <= 4 * RINGING, `${accepts} accepts of ${RINGING} calls`);
      t.equal(line.asked('reject'), RINGING, 'the trunk may try its next destination');
      for (const call of ringing) {
        t.match(await talk.stored(call), { state: 'missed', endReason: 'accept_timeout', endDetail: '503' });
      }
    });

    await t.test('hang-ups are asked for once each, and repeated out of one budget', async (t) => {
      await talk.pass(AWAY_MS);
      const asked = line.asked('hangup');
      t.comment(`${asked} hang-ups asked for, of ${LIVE} calls, in ${AWAY_MS / 1_000} s`);
      t.ok(asked >= LIVE && asked <= 1.1 * LIVE + RESERVE + PROBES, `${asked} requests for ${LIVE} calls`);
      t.ok((await metric(talk, 'denwaban_retries_held_back_total{operation="hangup"}')) > LIVE);
      t.equal((await talk.app.inject('/readyz')).statusCode, 200, 'the process is not at fault');
    });

    await t.test(
      'the first call after it is answered at once, the hang-ups follow spread over seconds',
      async (t) => {
        line.up();
        const accepts = line.asked('accept');
        const next = await talk.call(model());
        await greeted(next);
        t.equal(line.asked('accept') - accepts, 1);
        t.equal(greetings(next), 1);
        const perSecond: number[] = [];
        for (let ms = 0; ms < RECOVERY_MS; ms += 1_000) {
          const hungUp = line.asked('hangup');
          await talk.pass(1_000);
          perSecond.push(line.asked('hangup') - hungUp);
        }
        t.comment(`hang-ups by second: ${perSecond.join(' ')}`);
        t.ok(Math.max(...perSecond) < LIVE / 2, 'no herd');
        await until(() => live.every(({ state }) => state === 'over'), 'the hang-ups');
        t.same(
          live.map((call) => requests(call, 'hangup').length),
          live.map(() => 1),
          'each once',
        );
        for (const call of live)
          t.match(await talk.stored(call), { state: 'ended', endReason: 'sideband_lost' });
        next.hangUp();
        await talk.stored(next);
      },
    );
  },
);
