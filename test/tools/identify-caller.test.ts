import t from 'tap';
import { briefingOf, enrol, openHouse, personOf, slotOf } from './house.ts';

const house = await openHouse();
t.teardown(() => house.store.close());
const { store } = house;
await store.briefings.putBriefing(briefingOf());
await store.briefings.putSlot(slotOf('slot-a'), 0);

const claim = (kana_name: string, reservation_code: string) => ({ kana_name, reservation_code });

for (const [index, [stored, said]] of (
  [
    ['AB-1234', 'エービー、いちにさんよん'],
    ['K7Q2XA', 'ケー、なな、キュー、に、エックス、エー'],
    ['OI9Q', 'オー、アイ、きゅう、キュー'],
    ['ZX80', 'ゼット、エックス、ハチ、ゼロ'],
    ['CD47', 'シー、ディー、よん、なな'],
    ['12345678', 'いちにさんよんごろくななはち'],
    ['ef 56', 'ＥＦ－５６'],
  ] as const
).entries()) {
  t.test(`the code ${stored} is known when somebody says ${said}`, async (t) => {
    const kana = `コード ${'アイウエオカキ'[index] ?? ''}コ`;
    const { applicantId } = await enrol(store, personOf({ kana, reservationCode: stored }), 'slot-a');
    const call = await house.call(`code-${index}`, '+819055550001');
    const answer = await call.run('identify_caller', claim(kana, said));
    t.match(answer, { status: 'ok', output: { status: 'verified', may_change: true } });
    t.equal(call.callCase.verified?.applicantId, applicantId);
  });
}

t.test('two codes that sound alike are told apart by the name, and by nothing else', async (t) => {
  await enrol(store, personOf({ kana: 'オトナシ ゼロ', reservationCode: 'YY0' }), 'slot-a');
  const other = await enrol(store, personOf({ kana: 'オトナシ オー', reservationCode: 'YYO' }), 'slot-a');
  const call = await house.call('alike', '+819055550002');
  await call.run('identify_caller', claim('オトナシ オー', 'ワイワイゼロ'));
  t.equal(call.callCase.verified?.applicantId, other.applicantId);
});

t.test('an unknown person and a wrong code are answered in the same words, try by try', async (t) => {
  await enrol(store, personOf({ kana: 'ミズノ ケイ', reservationCode: 'MM77' }), 'slot-a');
  const answers = await Promise.all(
    ['ミズノ ケイ', 'ナナシ ゴンベエ'].map(async (kana, index) => {
      const call = await house.call(`alike-${index}`, `+81905555101${index}`);
      const told: string[] = [];
      for (let tries = 0; tries < 5; tries += 1) {
        const { output, status } = await call.run('identify_caller', claim(kana, 'ZZ99'));
        told.push(JSON.stringify({ output, status }));
      }
      return told;
    }),
  );
  t.same(answers[0], answers[1]);
});

t.test('after three wrong claims a right one is not looked at any more in this call', async (t) => {
  const { person } = await enrol(store, personOf({ kana: 'サカイ リョウ' }), 'slot-a');
  const call = await house.call('tries', '+819055550003');
  for (const code of ['ZZ01', 'ZZ02', 'ZZ03'])
    await call.run('identify_caller', claim('サカイ リョウ', code));
  t.match(await call.run('identify_caller', claim('サカイ リョウ', person.reservationCode ?? '')), {
    status: 'refused',
    output: { status: 'not_found' },
  });
  t.equal(call.callCase.verified, null);
  t.match((await call.run('update_attendance', { decision: 'absent' })).output, { status: 'not_verified' });
});

t.test('thirty claims of one response are three', async (t) => {
  const { person } = await enrol(store, personOf({ kana: 'ドウジ ハヤシ' }), 'slot-a');
  const call = await house.call('parallel', null);
  const codes = [...Array.from({ length: 29 }, (_, index) => `ZZ${index}`), person.reservationCode ?? ''];
  const answers = await Promise.all(
    codes.map(async (code) => call.run('identify_caller', claim('ドウジ ハヤシ', code))),
  );
  t.ok(answers.every(({ output }) => output['status'] === 'not_found'));
  t.equal(call.callCase.wrongTries, 3);
});

t.test(
  'five wrong claims of a number end it for the day, in whichever call, and not for the next day',
  async (t) => {
    const { person } = await enrol(store, personOf({ kana: 'ヨクジツ マコト' }), 'slot-a');
    const right = claim('ヨクジツ マコト', person.reservationCode ?? '');
    const from = '+819055550004';
    for (const name of ['day-a', 'day-b']) {
      const call = await house.call(name, from);
      for (const code of ['ZZ01', 'ZZ02', 'ZZ03'])
        await call.run('identify_caller', claim('ヨクジツ マコト', code));
    }
    const third = await house.call('day-c', from);
    t.match((await third.run('identify_caller', right)).output, { status: 'not_found' });
    const elsewhere = await house.call('day-d', '+819055550005');
    t.match((await elsewhere.run('identify_caller', right)).output, { status: 'verified' });
    house.clock.advance(24 * 3_600_000);
    const tomorrow = await house.call('day-e', from);
    t.match((await tomorrow.run('identify_caller', right)).output, { status: 'verified' });
  },
);

t.test('a forged number proves nothing that changes anything', async (t) => {
  const { person } = await enrol(
    store,
    personOf({ kana: 'ニセ バンゴウ', phones: ['+819055550006'] }),
    'slot-a',
  );
  const call = await house.call('forged', person.phones[0]);
  await call.run('identify_caller', { kana_name: 'ニセ バンゴウ', university: '見本大学' });
  await call.run('identify_caller', { briefing_date: '2026-11-30' });
  t.not(call.callCase.verified?.level, 'change');
  t.match((await call.run('update_attendance', { decision: 'absent' })).output, { status: 'not_verified' });
});
