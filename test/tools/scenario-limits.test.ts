import t from 'tap';
import { briefingOf, enrol, openHouse, personOf, slotOf } from './house.ts';

const house = await openHouse({ limits: { messages: 1, identityTries: 1 } });
t.teardown(() => house.store.close());
const { store } = house;
await store.briefings.putBriefing(briefingOf());
await store.briefings.putSlot(slotOf('slot-a'), 0);
const { person } = await enrol(store, personOf({ kana: 'ヤマダ タロウ' }), 'slot-a');
const RIGHT = { kana_name: 'ヤマダ タロウ', reservation_code: person.reservationCode };

t.test('after the one claim that the scenario allows, the right one is not looked at', async (t) => {
  const call = await house.call('tries', '+819066660001');
  const wrong = await call.run('identify_caller', { kana_name: 'ヤマダ タロウ', reservation_code: 'Z-9' });
  t.notOk(wrong.output['may_change']);
  t.notOk((await call.run('identify_caller', RIGHT)).output['may_change']);
  const next = await house.call('tries-2', '+819066660001');
  t.equal((await next.run('identify_caller', RIGHT)).output['may_change'], true, 'the next call has its own');
});

t.test('more messages than the scenario allows in a call are refused', async (t) => {
  const call = await house.call('asked', '+819066660002');
  t.equal((await call.run('identify_caller', RIGHT)).output['may_change'], true);
  t.match(await call.run('send_message', { template: 'briefing_details' }), { status: 'ok' });
  t.match(await call.run('send_message', { template: 'registration_details' }), {
    status: 'refused',
    output: { status: 'limit' },
  });
});
