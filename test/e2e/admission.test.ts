import t from 'tap';
import type { RingOptions } from '../../emulator/index.ts';
import { metric, requests } from './outcomes.ts';
import { greeted, startService, storedEnd, type Service } from './service.ts';

const OWN_SID = `AC${'0'.repeat(31)}1`;
const OTHER_SID = `AC${'0'.repeat(31)}2`;
const OWN_NUMBER = '+815012345678';
const trunk = (sid: string) => [{ name: 'X-Twilio-AccountSid', value: sid }];
const from = (number: string): string => `<sip:${number}@pstn.example>;tag=1`;

const service = await startService(t, {
  env: {
    TWILIO_ACCOUNT_SID: OWN_SID,
    DIALLED_NUMBERS: OWN_NUMBER,
    BLOCKED_CALLERS: '+819011112222,+8150*,withheld',
    MAX_CONCURRENT_CALLS: '2',
    OPENAI_PROJECT_ID: 'proj_emulator',
  },
});

/** A call that nothing speaks against; each option makes it another one. */
async function ring(target: Service, options: RingOptions = {}) {
  return target.emulator.ring({
    from: from('+819012345678'),
    dialled: OWN_NUMBER,
    sipHeaders: trunk(OWN_SID),
    ...options,
  });
}

const refusals: readonly (readonly [name: string, options: RingOptions, sipCode: number, rule: string])[] = [
  ['a blocked number', { from: from('+819011112222') }, 603, 'blocked_caller'],
  ['a number with a blocked prefix', { from: from('+815099998888') }, 603, 'blocked_caller'],
  ['a caller without a number', { from: '<sip:anonymous@anonymous.invalid>;tag=1' }, 433, 'withheld_caller'],
  ['a stranger who found the SIP address', { sipHeaders: trunk(OTHER_SID) }, 403, 'unknown_trunk'],
  ['a call that no trunk vouches for', { sipHeaders: [] }, 403, 'unknown_trunk'],
  ['a call to a number that is not ours', { dialled: '+815087654321' }, 404, 'unknown_number'],
  [
    'a call to the address of another project',
    { sipHeaders: [...trunk(OWN_SID), { name: 'To', value: '<sip:proj_theirs@sip.api.openai.com>' }] },
    404,
    'wrong_project',
  ],
];

for (const [name, options, sipCode, rule] of refusals) {
  t.test(`${name} hears SIP ${sipCode}, and the reason is stored`, async (t) => {
    const call = await ring(service, options);
    t.equal(call.deliveries[0]?.status, 200, 'the webhook is acknowledged');
    const stored = await storedEnd(service, call.id);
    t.equal(call.rejectedWith, sipCode);
    t.same(
      call.rest.map(({ operation }) => operation),
      ['reject'],
      'one request: nothing is accepted',
    );
    t.match(stored, {
      state: 'rejected',
      endReason: 'policy_refused',
      endParty: 'denwaban',
      endDetail: `${sipCode} ${rule}`,
    });
  });
}

t.test('a call beyond the capacity hears SIP 503, and the next one after an end is answered', async (t) => {
  const [first, second] = [await ring(service), await ring(service)];
  await Promise.all([greeted(first), greeted(second)]);
  const { statusCode, body } = await service.app.inject('/readyz');
  t.equal(statusCode, 200, 'nobody else is there to take it');
  t.same(JSON.parse(body), { status: 'ready', reasons: ['capacity'] });

  const third = await ring(service);
  t.match(await storedEnd(service, third.id), { state: 'rejected', endDetail: '503 capacity' });
  t.equal(third.rejectedWith, 503);
  t.equal(first.state, 'accepted');

  first.hangUp();
  await storedEnd(service, first.id);
  const fourth = await ring(service);
  await greeted(fourth);
  t.equal(fourth.state, 'accepted');
  for (const call of [second, fourth]) {
    call.hangUp();
    await storedEnd(service, call.id);
  }
  t.same((await service.app.inject('/readyz')).json(), { status: 'ready', reasons: [] });
});

t.test('refusals that ring together do not fill the seats of callers', async (t) => {
  const blocked = await Promise.all(
    Array.from({ length: 6 }, async () => ring(service, { from: from('+819011112222') })),
  );
  for (const call of blocked) t.match(await storedEnd(service, call.id), { endDetail: '603 blocked_caller' });
  const call = await ring(service);
  await greeted(call);
  t.equal(call.state, 'accepted');
  call.hangUp();
  await storedEnd(service, call.id);
});

t.test(
  'a rejection that OpenAI does not take is tried once, and the call is over all the same',
  async (t) => {
    const call = await ring(service, { from: from('+819011112222'), deliver: false });
    service.emulator.failNext('reject', [{ kind: 'status', status: 500 }], call.id);
    await call.deliver();
    t.match(await storedEnd(service, call.id), { state: 'rejected', endDetail: '603 blocked_caller' });
    t.equal(requests(call, 'accept').length, 0);
  },
);

t.test('refusals are counted by their reason', async (t) => {
  const refused = await metric(
    service,
    'denwaban_calls_ended_total{reason="policy_refused",party="denwaban"}',
  );
  t.ok(refused >= refusals.length);
  for (const [, , , rule] of refusals)
    t.ok((await metric(service, `denwaban_calls_refused_total{rule="${rule}"}`)) > 0, rule);
  t.equal(await metric(service, 'denwaban_calls_refused_total{rule="closed"}'), 0);
});

t.test('outside the opening hours callers hear SIP 480', async (t) => {
  const closed = await startService(t, { env: { OPENING_HOURS: `${dayFromNow(3)} 08:00-20:00` } });
  const call = await closed.emulator.ring();
  t.match(await storedEnd(closed, call.id), { state: 'rejected', endDetail: '480 closed' });
  t.equal(call.rejectedWith, 480);
});

/** Name of the day so many days from now in Japan. */
function dayFromNow(days: number): string {
  const noon = Date.now() + days * 86_400_000;
  return new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'Asia/Tokyo' }).format(noon);
}
