import t, { type Test } from 'tap';
import { startEmulator, type EmulatedCall } from '../../emulator/index.ts';
import { alarms, logged, metric } from './outcomes.ts';
import { startService, storedEnd, type Service } from './service.ts';

/** A service whose OpenAI is somewhere else than where the calls come from. */
async function serviceTowards(t: Test, baseUrl: string): Promise<Service> {
  return startService(t, { env: { OPENAI_BASE_URL: baseUrl, ACCEPT_TIMEOUT_MS: '500' } });
}

const plain = await startEmulator();
t.teardown(() => plain.close());

interface Case {
  readonly name: string;
  readonly baseUrl: string;
  readonly code: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'has a name that does not resolve',
    baseUrl: 'https://openai.invalid/v1',
    code: /^(ENOTFOUND|EAI_AGAIN)$/,
  },
  {
    name: 'does not speak TLS',
    baseUrl: plain.baseUrl.replace('http:', 'https:'),
    code: /^(ERR_SSL|EPROTO)/,
  },
];

/** Booted one after the other, rung together: each call takes the whole budget of accepting. */
const services: Service[] = [];
for (const { baseUrl } of cases) services.push(await serviceTowards(t, baseUrl));
const ringing = await Promise.all(
  services.map(async (service): Promise<{ service: Service; call: EmulatedCall }> => {
    return { service, call: await service.emulator.ring() };
  }),
);

for (const [index, { name, code }] of cases.entries()) {
  t.test(`while OpenAI ${name}, webhooks are answered and the call is missed for that reason`, async (t) => {
    const found = ringing[index];
    if (found === undefined) throw new Error('it did not ring');
    const { service, call } = found;
    t.equal(call.deliveries[0]?.status, 200);
    const stored = await storedEnd(service, call.id, 15_000);
    t.match(stored, { state: 'missed', endReason: 'accept_timeout', endParty: 'openai', endDetail: code });
    t.ok((stored.endedAt ?? Infinity) - stored.claimedAt < 12_000, 'the tries end');
    const tries = await metric(service, 'denwaban_accepts_total{outcome="unreachable"}');
    t.equal(tries, 4, 'tries, counted as unreachable');
    t.equal(await metric(service, 'denwaban_accepts_total{outcome="ambiguous"}'), 0);
    t.same(alarms(service.lines, call.id), ['accept_timeout']);
    const [failed] = logged(service.lines, call.id).filter(({ outcome }) => outcome !== undefined);
    t.match(failed?.['outcome'], { kind: 'unreachable', code });
    const { statusCode } = await service.app.inject('/readyz');
    t.equal(statusCode, 200, 'a fault of OpenAI does not take this process out of rotation');
  });
}
