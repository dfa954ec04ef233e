import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { STRICT_POLICY } from '../../src/briefing/identity.ts';
import type { Store } from '../../src/store/open.ts';
import { newCase } from '../../src/tools/call-case.ts';
import { proveCaller, type CallerIdentity, type Said } from '../../src/tools/caller-identity.ts';
import { claimed, openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { withPostgres } from '../store/postgres.ts';
import { NOW, personOf } from './house.ts';

const WRONG: Said = { kanaName: 'ダレモ イナイ', reservationCode: 'ZZ99' };

/** Claims of one number, each in a call of its own, each at the next of these nodes. */
async function claimAtOnce(
  nodes: readonly Store[],
  from: string,
  claims: readonly Said[],
): Promise<CallerIdentity[]> {
  const [first] = nodes;
  if (first === undefined) throw new RangeError('no node');
  const name = from.slice(-4);
  const callIds: string[] = [];
  for (const index of claims.keys()) callIds.push(await claimed(first, `${name}-${index}`));
  return Promise.all(
    claims.map(async (said, index) => {
      const { briefings, transact } = nodes[index % nodes.length] ?? first;
      return proveCaller({ briefings, transact, policy: STRICT_POLICY }, said, {
        callId: callIds[index] ?? '',
        callCase: newCase(),
        callerNumber: from,
        clock: new ManualClock(NOW),
      });
    }),
  );
}

async function judged(store: Store, from: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ verdict: string; n: number }>`
    select payload ->> 'verdict' as verdict, count(*) as n from audit_events
    where kind = 'identity.judged' and chain like ${`call/rtc_${from.slice(-4)}-%`} group by 1`.execute(
    store.db,
  );
  return Object.fromEntries(rows.map(({ verdict, n }) => [verdict, n]));
}

async function triesOf(store: Store): Promise<number[]> {
  const { rows } = await sql<{ tries: number }>`select tries from identity_tries`.execute(store.db);
  return rows.map(({ tries }) => tries);
}

async function contract(t: Test, nodes: readonly Store[]): Promise<void> {
  const [store] = nodes;
  if (store === undefined) throw new RangeError('no node');

  await t.test('twenty wrong claims of one number at once: five are looked at', async (t) => {
    await sql`truncate identity_tries`.execute(store.db);
    const from = '+819055560001';
    const identities = await claimAtOnce(
      nodes,
      from,
      Array.from({ length: 20 }, () => WRONG),
    );
    // The fifth says already that no more are looked at.
    t.equal(identities.filter(({ kind }) => kind === 'not_found').length, 4);
    t.same(await triesOf(store), [5]);
    t.same(await judged(store, from), { not_found: 4, locked: 16 }, 'each stands in the audit of its call');
  });

  await t.test('claims that are right take no try from anybody', async (t) => {
    await sql`truncate identity_tries`.execute(store.db);
    const person = personOf({ kana: 'タダシイ ヒト', phones: ['+819055560002'], reservationCode: 'RIGHT1' });
    await store.briefings.putApplicant(person, null);
    const right: Said = { kanaName: 'タダシイ ヒト', reservationCode: 'RIGHT1' };
    const claims = Array.from({ length: 12 }, (_, index) => (index % 4 === 0 ? WRONG : right));
    const identities = await claimAtOnce(nodes, '+819055560002', claims);
    t.equal(identities.filter(({ kind }) => kind === 'verified').length, 9);
    t.same(await triesOf(store), [3]);
  });

  await t.test('a right claim alone leaves nothing counted', async (t) => {
    await sql`truncate identity_tries`.execute(store.db);
    const person = personOf({ kana: 'ヒトリ ダケ', phones: ['+819055560003'], reservationCode: 'ALONE1' });
    await store.briefings.putApplicant(person, null);
    const right: Said = { kanaName: 'ヒトリ ダケ', reservationCode: 'ALONE1' };
    const [identity] = await claimAtOnce(nodes, '+819055560003', [right]);
    t.match(identity, { kind: 'verified', level: 'change' });
    t.same(await triesOf(store), []);
  });

  await t.test('a judgement whose transaction fails proves nobody', async (t) => {
    const callCase = newCase();
    const callId = await claimed(store, 'failing');
    const transact: Store['transact'] = async (work) =>
      store.transact(async (transaction) => {
        await work(transaction);
        throw new RangeError('a bug');
      });
    await t.rejects(
      proveCaller(
        { briefings: store.briefings, transact, policy: STRICT_POLICY },
        { kanaName: 'タダシイ ヒト', reservationCode: 'RIGHT1' },
        { callId, callCase, callerNumber: '+819055560002', clock: new ManualClock(NOW) },
      ),
    );
    t.equal(callCase.verified, null);
  });
}

await t.test('embedded', async (t) => {
  const store = await openTestStore();
  await contract(t, [store]);
  t.teardown(() => store.close());
});

await withPostgres(t, async (databaseUrl) => {
  await t.test('two nodes over a server', async (t) => {
    const nodes = [await openTestStore({ databaseUrl }), await openTestStore({ databaseUrl })];
    await contract(t, nodes);
    t.teardown(async () => {
      for (const node of nodes) await node.close();
    });
  });
});
