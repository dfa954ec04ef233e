import { emptyBriefing } from '../../src/briefing/briefing.ts';
import t from 'tap';
import type { EmulatedCall, ModelTurn, RingOptions } from '../../emulator/index.ts';
import { calls, hears, script } from './service.ts';
import { startTalk } from './talk.ts';

const HOUR = 3_600_000;
const talk = await startTalk(t);
const { briefings } = talk.app.store;

/** What transcription was told to expect, as the session stands. */
function keywordsOf({ session }: ModelTurn): string[] {
  const { audio } = session as { audio: { input: { transcription: { keywords: string[] } } } };
  return audio.input.transcription.keywords;
}

/** What the last function answered. */
function lastStatus({ items }: ModelTurn): string {
  const item = items.findLast((entry) => entry.type === 'function_call_output');
  if (item?.type !== 'function_call_output') return 'nothing';
  const output = JSON.parse(item.output) as Record<string, unknown>;
  return String(output['status'] ?? output['ok']);
}

await t.test('with an empty roster nobody is found, and what they want becomes a message', async (t) => {
  const options: RingOptions = { from: '<sip:+818012340055@pstn.example>' };
  const claim = {
    kana_name: 'ヤマダタロウ',
    university: '見本大学',
    reservation_code: 'AB1234',
    briefing_date: '2026-12-01',
  };
  const call: EmulatedCall = await talk.greetedCall(
    script(
      [calls('identify_caller', claim)],
      (turn) => [{ say: `一度目は${lastStatus(turn)}です。` }],
      [calls('identify_caller', claim)],
      (turn) => [{ say: `二度目は${lastStatus(turn)}です。` }],
      [calls('update_attendance', { decision: 'absent' })],
      (turn) => [{ say: `変更は${lastStatus(turn)}です。` }],
      [
        calls('take_message', {
          caller_name: 'ヤマダタロウ',
          body: '12月1日の説明会を欠席されるとのことです。',
        }),
      ],
      (turn) => [{ say: `伝言は${lastStatus(turn)}です。` }],
    ),
    options,
  );
  await call.say('説明会を欠席します。山田太郎です。');
  await hears(call, '一度目はnot_foundです');
  await call.say('予約番号はAB1234です。');
  await hears(call, '二度目はnot_foundです');
  await call.say('欠席でお願いします。');
  await hears(call, '変更はnot_verifiedです');
  await call.say('では伝言をお願いします。');
  await hears(call, '伝言はtrueです');
  call.hangUp();
  await talk.stored(call);
  t.match(await talk.app.store.calls.listMessages(10), [
    { callId: call.id, callerName: 'ヤマダタロウ', callbackNumber: '+818012340055' },
  ]);
});

await t.test('the place of a briefing that was stored meanwhile is expected a minute later', async (t) => {
  const heard: string[][] = [];
  const model = script(
    (turn) => {
      heard.push(keywordsOf(turn));
      return [{ say: 'はい。' }];
    },
    (turn) => {
      heard.push(keywordsOf(turn));
      return [{ say: 'はい。' }];
    },
  );
  const ask = async () => {
    const call = await talk.greetedCall(model);
    await call.say('もしもし。');
    await hears(call, 'はい。');
    call.hangUp();
    await talk.stored(call);
  };
  await ask();
  const now = talk.clock.now();
  await briefings.putBriefing({
    ...emptyBriefing('briefing-1'),
    title: '新卒向け会社紹介',
    company: '見本商事',
    place: '例示会館（大ホール）',
    contact: '03-1234-0000',
  });
  await briefings.putSlot(
    {
      slotId: 'slot-a',
      briefingId: 'briefing-1',
      startsAt: now + 48 * HOUR,
      endsAt: now + 50 * HOUR,
      mode: 'on_site',
      place: null,
      capacity: null,
      open: true,
    },
    now,
  );
  await talk.pass(61_000);
  let after = '';
  const deadline = performance.now() + 5_000;
  while (!after.includes('例示会館') && performance.now() < deadline) {
    after = talk.app.callServices.plan.acceptBody;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ask();
  t.notMatch(heard[0]?.join(' '), '例示会館');
  t.ok(
    ['新卒向け会社紹介', '見本商事', '例示会館', '大ホール'].every((name) => heard.at(-1)?.includes(name)),
  );
  t.notMatch(heard.at(-1)?.join(' '), /1234/);
});
