import t from 'tap';
import { tokyoTime } from '../../src/briefing/spoken-calendar.ts';
import { startDesk } from './desk.ts';

/** Whole calls over real sockets on a busy machine, ms. */
t.setTimeout(110_000);

const DAY_MS = 86_400_000;
const desk = await startDesk(t);
const { briefings } = desk.service.app.store;
const { slotId } = await desk.registrationOf(1);
const own = await briefings.getSlot(slotId);
if (own === null) throw new Error('the sample has no slot');
for (let day = 1; day <= 9; day += 1) {
  const startsAt = own.startsAt + (30 + day) * DAY_MS;
  await briefings.putSlot({ ...own, slotId: `later-${day}`, startsAt, endsAt: startsAt + 3_600_000 }, 0);
}
const LAST = tokyoTime(own.startsAt + 39 * DAY_MS).day;
const [, month, day] = LAST.split('-').map(Number);

t.test('a date far behind the next ones is looked for, and found', async (t) => {
  const [, , , person] = desk.people;
  const line = await desk.ring(4);
  await line.says('日程を変更したいのですが。');
  t.match(
    await line.says(`${person?.kana}と申します。予約番号は${person?.code}です。`),
    /空いておりますのは/u,
  );
  t.match(
    await line.says(`${month}月${day}日にお願いします。`),
    new RegExp(`${month}月${day}日.*よろしいでしょうか。$`, 'u'),
  );
  await line.says('はい、お願いします。');
  t.match(await desk.registrationOf(4), { status: 'moved', slotId: 'later-9' });
  t.match(
    (await line.tools()).filter(({ name }) => name === 'check_slots').map((call) => call.arguments),
    ['{}', JSON.stringify({ date: LAST })],
  );
  await line.end();
});
