import t from 'tap';
import { silentLog } from '../../src/lib/log.ts';
import { startAttendanceMessages } from '../../src/outbox/attendance-messages.ts';
import { openSender } from '../outbox/desk.ts';
import { briefingOf, enrol, openHouse, personOf, slotOf, type House, type HouseCall } from './house.ts';

const KANA = 'アイウエオカキクケコサシスセソタチツテト';
let people = 0;

/** A house with a briefing, and somebody on its roster who has proven who they are. */
async function verified(house: House, data: { phones?: string[]; email?: string | null } = {}) {
  people += 1;
  const { store } = house;
  await store.briefings.putBriefing(briefingOf());
  await store.briefings.putSlot(slotOf('slot-a'), 0);
  const kana = `ミホン ${KANA[people] ?? ''}コ`;
  const { person } = await enrol(store, personOf({ kana, ...data }), 'slot-a');
  const call = await house.call(`follows-${people}`, `+8190777700${String(people).padStart(2, '0')}`);
  await call.run('identify_caller', { kana_name: kana, reservation_code: person.reservationCode });
  return call;
}

/** Decides, hears the read-back, agrees. @returns what the model is told */
async function decides(call: HouseCall, args: Record<string, unknown>) {
  const asked = await call.run('update_attendance', args);
  call.readOut(asked);
  call.says('はい、お願いします。');
  const token = asked.output['confirmation_token'];
  return (await call.run('update_attendance', { ...args, confirmation_token: token })).output;
}

async function tellChanges({ store, outbox, clock }: House): Promise<void> {
  const { transact } = store;
  await startAttendanceMessages({ transact, queue: outbox.queue, clock, log: silentLog }).close();
}

const house = await openHouse();
t.teardown(() => house.store.close());

t.test('a message follows what changed, and none what was so already', async (t) => {
  const call = await verified(house, { phones: ['+819077770001'] });
  t.match(await decides(call, { decision: 'attend' }), { status: 'stored', message: 'follows' });
  await tellChanges(house);
  const again = await decides(call, { decision: 'attend' });
  t.match(again, { status: 'stored', message: 'none', hint: /do not promise/ });
});

t.test('none follows for somebody of whom no mobile and no address is on file', async (t) => {
  const call = await verified(house, { phones: ['+81312345678'], email: null });
  t.match(await decides(call, { decision: 'attend' }), { status: 'stored', message: 'none' });
});

t.test('none follows once the messages of the call are used up', async (t) => {
  const call = await verified(house, { phones: ['+819077770002'] });
  const told: unknown[] = [];
  for (const decision of ['attend', 'undecided', 'absent']) {
    const { status, message } = await decides(call, { decision });
    if (status === 'stored') told.push(message);
    await tellChanges(house);
  }
  t.same(told, ['follows', 'follows', 'none']);
});

t.test('where no text messages leave, one follows by mail or not at all', async (t) => {
  const mailOnly = await openHouse({ senders: new Map([['email', openSender()]]) });
  t.teardown(() => mailOnly.store.close());
  const reached = await verified(mailOnly, { phones: ['+819077770003'], email: 'taro@example.jp' });
  t.match(await decides(reached, { decision: 'absent' }), { message: 'follows' });
  const unreached = await verified(mailOnly, { phones: ['+819077770004'], email: null });
  t.match(await decides(unreached, { decision: 'absent' }), { message: 'none' });
});
