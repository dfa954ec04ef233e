import t from 'tap';
import { sql } from 'kysely';
import type { EmulatedCall } from '../../emulator/index.ts';
import {
  confirms,
  eventually,
  hears,
  identifies,
  openAttendanceDesk,
  proposes,
  tells,
  calls,
} from './desk.ts';
import { outputs, sent, until } from './talk.ts';

const desk = await openAttendanceDesk(t);
const { briefings } = desk.app.store;
await desk.slot('slot-a', 0);
await desk.slot('slot-last', 1, { capacity: 1 });

t.test(
  'two calls confirm the last seat at once: one has it, the other is told that it is full',
  async (t) => {
    const people = [await desk.person(['slot-a']), await desk.person(['slot-a'])];
    const ringing: EmulatedCall[] = [];
    for (const person of people) {
      ringing.push(
        await desk.ring(
          person.phone,
          identifies(person),
          [calls('check_slots', {})],
          proposes({ decision: 'move', slot: 'slot_1' }),
          confirms,
          tells,
        ),
      );
    }
    for (const call of ringing) {
      await call.say('日程を変更したいです。');
      await hears(call, '変更ということで');
    }
    await Promise.all(ringing.map(async (call) => call.say('はい、お願いします。')));
    await Promise.all(ringing.map(async (call) => hears(call, '結果は')));
    const told = ringing.map((call) => outputs(call).at(-1)?.['status'] as string);
    t.same(new Set(told), new Set(['full', 'stored']));
    const statuses = await Promise.all(people.map(async ({ registrationId }) => desk.status(registrationId)));
    t.same(
      statuses.map((status) => (status === 'moved' ? 'stored' : 'full')),
      told,
      'each was told what is stored',
    );
    t.match(await briefings.getSlot('slot-last'), { taken: 1, free: 0 });
    for (const call of ringing) await desk.over(call);
  },
);

t.test(
  'a caller hangs up while the tool runs: all of it happened or nothing, and the call ends',
  async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const person = await desk.person(['slot-a']);
      const call = await desk.ring(
        person.phone,
        identifies(person),
        proposes({ decision: 'absent' }),
        confirms,
        tells,
      );
      await call.say('欠席します。');
      await hears(call, 'ご欠席ということで');
      const before = outputs(call).length;
      const functionCalls = sent(call, 'response.function_call_arguments.done').length;
      // The store is held, so that the tool cannot end before the caller has gone.
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await call.say('はい、お願いします。');
      const holding = desk.app.store.transact(async ({ trx }) => {
        await sql`select 1`.execute(trx);
        await held;
      });
      await until(
        () =>
          sent(call, 'response.function_call_arguments.done').length > functionCalls ||
          outputs(call).length > before,
        'the function call',
      );
      call.hangUp();
      release();
      await holding;
      await desk.over(call);
      const confirmation = async () => (await desk.app.store.calls.listToolCalls(call.id)).at(-1);
      await eventually(async () => (await confirmation())?.status !== 'running', 'the end of the tool');
      const stored = (await desk.status(person.registrationId)) === 'absent';
      const entry = await confirmation();
      t.equal((entry?.output ?? '').includes('"stored"'), stored, 'the ledger tells what is so');
      t.equal((await briefings.listHistory(person.registrationId)).length, stored ? 2 : 1);
      if (stored) {
        const messages = async () => desk.app.outbox.list({ callId: call.id }, 10);
        await eventually(async () => (await messages()).length > 0, 'the message');
        t.equal((await messages()).length, 1, 'and the caller is told of it, once');
      }
    }
  },
);

t.test('no transcript arrives: the caller is asked for a key, and 1 decides', async (t) => {
  const person = await desk.person(['slot-a']);
  const call = await desk.ring(
    person.phone,
    identifies(person),
    proposes({ decision: 'absent' }),
    confirms,
    tells,
  );
  await call.say('欠席します。');
  await hears(call, 'ご欠席ということで');
  await call.say('はい、お願いします。', { transcript: 'failed' });
  await hears(call, 'よろしければ1を');
  t.equal(await desk.status(person.registrationId), 'not_confirmed');
  call.press('1');
  call.press('#');
  await eventually(async () => (await desk.status(person.registrationId)) === 'absent', 'the change');
  await desk.over(call);
  const change = (await briefings.listHistory(person.registrationId)).at(-1);
  const turns = await desk.app.store.calls.listTurns(call.id);
  const consent = change?.source.kind === 'caller' ? change.source.evidence.consentTurnKey : null;
  t.match(
    turns.find(({ turnKey }) => turnKey === consent),
    { role: 'keypad' },
  );
});

t.test('a code that is spelled out in Japanese proves who calls', async () => {
  const person = await desk.person(['slot-a'], { reservationCode: 'KQ-7O21' });
  const spoken = { ...person, code: 'ケー、キュー、なな、オー、に、いち' };
  const call = await desk.ring(person.phone, identifies(spoken), tells);
  await call.say('予約番号をお伝えします。');
  await hears(call, '結果はverifiedです');
  await desk.over(call);
});
