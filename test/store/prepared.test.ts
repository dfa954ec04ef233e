import { PGlite } from '@electric-sql/pglite';
import t from 'tap';
import { MAX_PREPARED, type KyselyEngine, preparing } from '../../src/store/prepared.ts';

/** Statements are prepared at their second use; from the third on nothing is new. */
const USES = 3;

const engine = await PGlite.create('memory://');
t.teardown(() => engine.close());

/** The one engine, wrapped anew, with an empty table and nothing prepared. */
async function open(): Promise<KyselyEngine> {
  await engine.exec('deallocate all; drop table if exists row; create table row (id integer primary key)');
  return preparing(engine);
}

async function namesOf(): Promise<number> {
  const { rows } = await engine.query<{ count: number }>(
    'select count(*)::integer as count from pg_prepared_statements',
  );
  return rows[0]?.count ?? -1;
}

t.test('values of every type come back as from the engine itself', async (t) => {
  const prepared = await open();
  const text = `select $1::text as a, $2::integer as b, $3::boolean as c, $4::timestamptz as d, $5::jsonb as e,
    $6::text[] as f, $7::int8 as g, $8::numeric as h, $9::text as i, $10::bytea as j, $11::float8 as k`;
  const values = [
    '日本語\'\\"\u{1F4DE}',
    -7,
    true,
    new Date(1_795_312_800_123),
    { a: [1, null, 'x'] },
    ['a', 'b,"c', 'NULL'],
    9_007_199_254_740_993n,
    '1.50',
    null,
    new Uint8Array([0, 1, 255]),
    0.1,
  ];
  const expected = await engine.query(text, values);
  for (let use = 1; use <= USES; use += 1) t.same(await prepared.query(text, values), expected, `use ${use}`);
  t.equal(await namesOf(), 1, 'it was prepared once');
});

t.test('the number of rows changed is told', async (t) => {
  const prepared = await open();
  for (let use = 1; use <= USES; use += 1) {
    const { affectedRows, rows } = await prepared.query(
      'insert into row select generate_series(1, $1) + 9 * $1',
      [use],
    );
    t.equal(affectedRows, use);
    t.same(rows, []);
  }
});

t.test('a statement that fails leaves the next one unharmed', async (t) => {
  const prepared = await open();
  const insert = 'insert into row values ($1) returning id';
  for (let id = 1; id <= USES; id += 1) await prepared.query(insert, [id]);
  await t.rejects(prepared.query(insert, [1]), { code: '23505' });
  await t.rejects(prepared.query(insert, ['no number']), { code: '22P02' });
  t.match(await prepared.query(insert, [USES + 1]), { rows: [{ id: USES + 1 }] });
});

t.test('a text that is no statement is refused at each use', async (t) => {
  const prepared = await open();
  for (let use = 1; use <= USES; use += 1) {
    await t.rejects(prepared.query('selekt $1', [1]), { code: '42601' });
  }
});

t.test('a statement waits for a transaction that is not its own', async (t) => {
  const prepared = await open();
  const insert = 'insert into row values ($1)';
  for (let use = 1; use <= USES; use += 1) await prepared.query(insert, [-use]);
  let beside: Promise<unknown> = Promise.resolve();
  await t.rejects(
    prepared.transaction(async (transaction) => {
      await transaction.query(insert, [1]);
      beside = prepared.query(insert, [2]);
      await transaction.query(insert, [3]);
      throw new Error('rolled back');
    }),
    { message: 'rolled back' },
  );
  await beside;
  t.match(await engine.query('select id from row where id > 0'), { rows: [{ id: 2 }] });
});

t.test('a transaction that has ended takes no more statements', async (t) => {
  const prepared = await open();
  let late: (() => Promise<unknown>) | null = null;
  for (let use = 1; use <= USES; use += 1) await prepared.query('select $1::text', ['x']);
  await prepared.transaction(async (transaction) => {
    late = () => transaction.query('select $1::text', ['x']);
  });
  await t.rejects(Promise.resolve((late as (() => Promise<unknown>) | null)?.()));
});

t.test('a change of the schema is no failure', async (t) => {
  const prepared = await open();
  await engine.exec('insert into row values (1)');
  const select = 'select * from row where id = $1';
  for (let use = 1; use <= USES; use += 1) await prepared.query(select, [1]);
  await engine.exec(`alter table row add column word text default 'new'`);
  for (let use = 1; use <= USES; use += 1) {
    t.match(await prepared.query(select, [1]), { rows: [{ id: 1, word: 'new' }] }, `use ${use}`);
  }
  await engine.exec('deallocate all');
  t.match(await prepared.query(select, [1]), { rows: [{ id: 1, word: 'new' }] });
});

t.test('values larger than any buffer pass', async (t) => {
  const prepared = await open();
  const word = '電話'.repeat(700_000);
  for (let use = 1; use <= USES; use += 1) {
    const { rows } = await prepared.query<{ word: string }>('select $1::text as word', [word]);
    t.ok(rows[0]?.word === word, `use ${use}`);
  }
});

t.test('statements without end are not all kept', async (t) => {
  const prepared = await open();
  for (let number = 0; number < MAX_PREPARED + 20; number += 1) {
    const text = `select $1::integer + ${number} as sum`;
    for (let use = 1; use <= 2; use += 1)
      t.match(await prepared.query(text, [1]), { rows: [{ sum: number + 1 }] });
  }
  t.equal(await namesOf(), MAX_PREPARED);
});

t.test('what has no parameters is not prepared', async (t) => {
  const prepared = await open();
  for (let use = 1; use <= USES; use += 1) await prepared.query('select 1 as one', []);
  t.equal(await namesOf(), 0);
});

t.test('a closed engine says so', async (t) => {
  const closing = preparing(await PGlite.create('memory://'));
  for (let use = 1; use <= USES; use += 1) await closing.query('select $1::text', ['x']);
  await closing.close();
  t.ok(closing.closed);
  await t.rejects(closing.query('select $1::text', ['x']), /closed/);
});
