import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { main } from '../../src/cli/main.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { AUDIT_KEY_OF_TESTS } from '../config/environments.ts';
import { desk, storeDesk } from './fixtures.ts';

const SAMPLE = join(packageRoot(), 'scenarios', 'sample-roster.csv');

t.test('a store moves to another place in one file', async (t) => {
  const house = await storeDesk(t);
  const imported = await house.run(
    'roster',
    'import',
    SAMPLE,
    '--create-briefing',
    '会社説明会',
    '--company',
    '見本商事',
    '--create-slots',
    '--apply',
  );
  t.equal(imported.code, 0, imported.out + imported.err);
  const file = join(house.directory, 'store.dwb');
  const exported = await house.run('store', 'export', file);
  t.match(exported, { code: 0, err: /registrations +8\n[^]*rows written/ });

  await t.test('with the key that signed the audit nothing is missing', async (t) => {
    const key = readFileSync(join(house.dataDir, 'audit.key'), 'utf8').trim();
    const again = join(house.directory, 'with-key');
    const env = { DATA_DIR: again, AUDIT_KEY: `${AUDIT_KEY_OF_TESTS},${key}` };
    let said = '';
    const out = (text: string | Uint8Array): void => void (said += String(text));
    t.equal(await main(['store', 'import', file], { env, out, err: out }), 0, said);
    t.notMatch(said, /signed with a key/);
    t.equal(await main(['audit', 'verify'], { env, out, err: out }), 0, said);
    t.notOk(said.includes(key));
  });

  let err = '';
  const elsewhere = join(house.directory, 'elsewhere');
  const code = await main(['store', 'import', file], {
    env: { DATA_DIR: elsewhere },
    out: () => undefined,
    err: (text) => (err += text),
  });
  t.equal(code, 0, err);
  t.match(err, /rows stored\nThe audit was signed with a key that is not given here \([0-9a-f]{8}\)/);
  let list = '';
  await main(['roster', 'export'], {
    env: { DATA_DIR: elsewhere },
    out: (text) => (list += Buffer.from(text).toString('utf8')),
    err: () => undefined,
  });
  t.match(list, /佐藤/);

  await t.test('not over a file that exists', async (t) => {
    const before = readFileSync(file);
    t.match(await house.run('store', 'export', file), { code: 1, err: /exists already/ });
    t.same(readFileSync(file), before);
  });
  await t.test('not into a store that holds something', async (t) => {
    t.match(await house.run('store', 'import', file), { code: 1, err: /not empty/ });
  });
  await t.test('not from a file that is not there', async (t) => {
    t.match(await house.run('store', 'import', join(house.directory, 'none')), { code: 1, err: /ENOENT/ });
  });
});

t.test('nothing is made where there is no store to export', async (t) => {
  const house = desk(t);
  const file = join(house.directory, 'store.dwb');
  t.match(await house.run('store', 'export', file), { code: 1, err: /no store in/ });
  t.notOk(existsSync(file));
  t.match(await house.run('store', 'export'), { code: 2, err: /file is missing/ });
});
