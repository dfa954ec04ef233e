import t from 'tap';
import { calls, hears } from './service.ts';
import { FIRST_SLOT, lastOutput, openAttendanceDesk } from './desk.ts';

const desk = await openAttendanceDesk(t);
const { app } = desk;
await desk.slot(FIRST_SLOT, 0);
const person = await desk.person([FIRST_SLOT]);

/** What another node would find of the call now. */
async function kept(callId: string): Promise<Record<string, unknown>> {
  const found = await app.store.calls.readProgress(callId);
  return (found?.body as { case: Record<string, unknown> } | null)?.case ?? {};
}

t.test('what a tool has established is stored before the model learns of it', async (t) => {
  const seen: Record<string, unknown>[] = [];
  const call = await desk.ring(
    person.phone,
    [calls('identify_caller', { kana_name: person.kana, reservation_code: person.code })],
    async (turn) => {
      seen.push({ ...(await kept(call.id)), status: lastOutput(turn)['status'] });
      return [calls('update_attendance', { decision: 'attend' })];
    },
  );
  await call.say('ヤマダタロウです。出席します。');
  await hears(call, 'よろしいでしょうか');
  t.match(seen, [{ status: 'verified', verified: { level: 'change' } }]);
  t.match(await kept(call.id), { proposal: { token: /^[0-9a-f]{8}$/ } });
  await desk.over(call);
});
