import t from 'tap';
import {
  calls,
  confirms,
  hears,
  identifies,
  lastOutput,
  openAttendanceDesk,
  proposes,
  tells,
  type Person,
} from './desk.ts';

const desk = await openAttendanceDesk(t);
const { briefings } = desk.app.store;
await desk.slot('slot-a', 0);

const absent = proposes({ decision: 'absent' });

async function unchanged({ registrationId }: Person): Promise<boolean> {
  const view = await briefings.getRegistration(registrationId);
  return view?.registration.status === 'not_confirmed' && view.registration.version === 1;
}

t.test('a nod is not a yes: はい or いいえ is asked for, and then counts', async (t) => {
  const person = await desk.person(['slot-a']);
  const call = await desk.ring(person.phone, identifies(person), absent, confirms, confirms, tells);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await call.say('大丈夫です。');
  await hears(call, 'はい、か、いいえ、で');
  t.ok(await unchanged(person));
  await call.say('はい。');
  await hears(call, '結果はstoredです');
  t.equal(await desk.status(person.registrationId), 'absent');
  await desk.over(call);
});

t.test('a no changes nothing', async (t) => {
  const person = await desk.person(['slot-a']);
  const call = await desk.ring(person.phone, identifies(person), absent, confirms, tells);
  await call.say('欠席します。');
  await hears(call, 'よろしいでしょうか');
  await call.say('いいえ、違います。');
  await hears(call, '結果はdeclinedです');
  t.ok(await unchanged(person));
  await desk.over(call);
});

t.test('a model that confirms by itself, without a read-back, stores nothing', async (t) => {
  const person = await desk.person(['slot-a']);
  const forged = proposes({ decision: 'absent', confirmation_token: '00000000' });
  const call = await desk.ring(person.phone, identifies(person), forged, tells);
  await call.say('はい、お願いします。');
  await hears(call, '結果はunknown_tokenです');
  t.ok(await unchanged(person));
  await desk.over(call);
});

t.test('a wrong code and an unknown person are answered alike, and change nothing', async (t) => {
  const person = await desk.person(['slot-a']);
  const answers: string[] = [];
  for (const kana of [person.kana, 'ナナシ ノゴンベエ']) {
    const call = await desk.ring(
      '+818012349999',
      identifies({ kana, code: 'ZZ9999' }),
      (turn) => {
        answers.push(JSON.stringify(lastOutput(turn)));
        return [calls('update_attendance', { decision: 'absent' })];
      },
      tells,
    );
    await call.say('欠席します。');
    await hears(call, '結果はnot_verifiedです');
    await desk.over(call);
  }
  t.equal(answers.length, 2);
  t.equal(answers[0], answers[1]);
  t.ok(await unchanged(person));
});
