import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { storeDesk } from './fixtures.ts';

const { dataDir, run } = await storeDesk(t);

t.test('each command explains itself, and refuses what it does not know', async (t) => {
  for (const name of ['list', 'show', 'hang-up', 'say', 'transfer'])
    t.match(await run('call', name, '--help'), { code: 0, out: /^Usage: denwaban call/ }, name);
  t.match(await run('call', 'list', '--limit', '0'), { code: 2 });
  for (const args of [
    ['hang-up'],
    ['say', 'rtc_1'],
    ['transfer', 'rtc_1'],
    ['hang-up', 'rtc_1', 'now'],
    ['show'],
  ])
    t.match(await run('call', ...args), { code: 2 }, args.join(' '));
  t.match(await run('call', 'say', 'rtc_1', 'あ'.repeat(201)), { code: 2, err: /200/ });
  t.match(await run('call', 'say', 'rtc_1', 'はい\nはい'), { code: 2 });
});

t.test('over the embedded store of a running service the operator is sent to its API', async (t) => {
  const store = await openTestStore({ dataDir });
  for (const args of [
    ['list'],
    ['show', 'rtc_1'],
    ['hang-up', 'rtc_1'],
    ['say', 'rtc_1', 'はい。'],
    ['transfer', 'rtc_1', 'hr'],
  ])
    t.match(
      await run('call', ...args),
      { code: 1, err: /api\/v1\/calls\/CALL_ID\/commands/ },
      args.join(' '),
    );
  await store.close();
});

t.test('a call that is not there is told so', async (t) => {
  t.match(await run('call', 'show', 'rtc_none'), { code: 1, err: /no call rtc_none/ });
  t.match(await run('call', 'hang-up', 'rtc_none'), { code: 1, err: /no call rtc_none/ });
});
