import t from 'tap';
import { openTestStore } from '../store/fixtures.ts';
import { desk, storeDesk } from './fixtures.ts';
import { hashOfKey } from '../../src/api/key.ts';

const { dataDir, run } = await storeDesk(t);

t.test('each command explains itself', async (t) => {
  for (const name of ['create', 'list', 'revoke'])
    t.match(await run('api-key', name, '--help'), { code: 0, out: /^Usage: denwaban api-key/u }, name);
});

t.test('a wrong command line stores nothing', async (t) => {
  t.match(await run('api-key', 'create', '--scope', 'admin'), { code: 2, err: /--name/ });
  t.match(await run('api-key', 'create', '--name', 'a\tb', '--scope', 'admin'), { code: 2 });
  t.match(await run('api-key', 'create', '--name', 'a'), { code: 2, err: /--scope is missing/ });
  t.match(await run('api-key', 'create', '--name', 'a', '--scope', 'all'), {
    code: 2,
    err: /all is unknown/,
  });
  const past = ['--name', 'a', '--scope', 'admin', '--expires', '2020-01-01'];
  t.match(await run('api-key', 'create', ...past), { code: 2, err: /a day to come/ });
  t.match(await desk(t).run('api-key', 'list'), { code: 1, err: /There is no store/ });
});

t.test('a key is printed once, and only its hash is stored', async (t) => {
  const made = await run('api-key', 'create', '--name', '採用 ATS', '--scope', 'read:attendance,read:calls');
  t.equal(made.code, 0);
  t.match(made.out, /^dwk_[0-9a-f]{48}\n$/);
  const store = await openTestStore({ dataDir });
  const found = await store.api.findKey(hashOfKey(made.out.trim()));
  await store.close();
  t.match(found, { name: '採用 ATS', scopes: ['read:attendance', 'read:calls'], expiresAt: null });
  t.notMatch(JSON.stringify(found), made.out.trim());
  const list = await run('api-key', 'list');
  t.match(list.out, /採用 ATS\tread:attendance,read:calls\tgood\tnever used/);
  t.notMatch(list.out, /dwk_/);
});

t.test('a name is given once, even after the key was revoked', async (t) => {
  const again = async () => run('api-key', 'create', '--name', '採用 ATS', '--scope', 'admin');
  t.match(await again(), { code: 1, err: /Choose another name/ });
  t.match(await run('api-key', 'revoke', '採用 ATS'), { code: 0, out: /revoked 20/ });
  t.match(await again(), { code: 1 });
  t.match(await run('api-key', 'revoke', 'nobody'), { code: 1, err: /There is no key/ });
});

t.test('a key may have a last day', async (t) => {
  t.match(await run('api-key', 'create', '--name', 'b', '--scope', 'admin', '--expires', '30d'), { code: 0 });
  t.match(await run('api-key', 'list'), { out: /b\tadmin\tgood until 20/ });
});
