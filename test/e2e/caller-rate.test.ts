import t from 'tap';
import { alarms, metric } from './outcomes.ts';
import { greeted, startService, storedEnd } from './service.ts';
import { until } from './talk.ts';

const LIMIT = 20;
const service = await startService(t, {
  env: { CALLS_PER_NUMBER_PER_HOUR: String(LIMIT), CLAIM_TIMEOUT_MS: '5000' },
});
const from = (number: string): string => `<sip:${number}@pstn.example>;tag=1`;

t.test('200 calls from one number in an hour: 20 are answered, the others hear the busy tone', async (t) => {
  const refused = [];
  for (let batch = 0; batch < 20; batch += 1) {
    const ringing = await Promise.all(
      Array.from({ length: 10 }, async () => service.emulator.ring({ from: from('+819012340001') })),
    );
    for (const call of ringing) {
      await until(() => call.state !== 'ringing', 'an answer');
      if (call.state === 'accepted') call.hangUp();
      const stored = await storedEnd(service, call.id, 20_000);
      if (stored.state === 'rejected') refused.push({ call, stored });
    }
  }
  t.equal(refused.length, 200 - LIMIT);
  t.ok(
    refused.every(
      ({ call, stored }) => call.rejectedWith === 486 && stored.endDetail === '486 too_many_calls',
    ),
    'each with SIP 486 and its reason',
  );
  t.equal(await metric(service, 'denwaban_alarms_total{code="too_many_calls"}'), 1, 'one alarm, not 180');
  const told = refused.flatMap(({ call }) => alarms(service.lines, call.id));
  t.same(told, ['too_many_calls']);
  t.notMatch(service.lines.join('\n'), '9012340001', 'the number stands in no line');
});

t.test('another number is answered meanwhile', async (t) => {
  const call = await service.emulator.ring({ from: from('+819012340002') });
  await greeted(call);
  call.hangUp();
  t.match(await storedEnd(service, call.id), { state: 'ended' });
});
