import t from 'tap';
import { verbatim } from '../../emulator/models/verbatim.ts';
import type { Model } from '../../emulator/index.ts';
import { withPostgres } from '../store/postgres.ts';
import { fillRoster } from './roster.ts';
import { settled, startTalk } from './talk.ts';

const PHONE = '+819012349999';

/** Speaks the greeting and nothing afterwards. */
const mute: Model = async ({ request }) => {
  const words = verbatim(request?.['instructions']);
  return words?.startsWith('お電話ありがとうございます') === true ? [{ say: words }] : new Promise(() => {});
};

t.test('a decision by keys alone is stored on a PostgreSQL server', async (t) => {
  await withPostgres(t, async (url) => {
    await t.test('code, 1, and the caller hangs up', async (t) => {
      const talk = await startTalk(t, { env: { SCENARIO: 'attendance-ja', DATABASE_URL: url } });
      const roster = await fillRoster(talk.app.store.briefings, talk.clock.now());
      const { registrationIds } = await roster.register({ code: 'S-7001', phone: PHONE });
      const call = await talk.greetedCall(mute, { from: `<sip:${PHONE}@pstn.example>` });
      await settled(call);
      for (const key of Array.from('7001#1#')) call.press(key);
      await settled(call);
      call.hangUp();
      await talk.stored(call);
      t.equal(await roster.status(registrationIds[0] ?? ''), 'attending');
    });
  });
});
