import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { ANCHOR_FILE } from '../../../src/audit/anchor-file.ts';
import { createAuditSigner } from '../../../src/audit/keys.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import type { Store } from '../../../src/store/open.ts';
import { createTransact } from '../../../src/store/transaction.ts';
import { claimed, COMPLETED } from '../../store/fixtures.ts';
import {
  auditedCall,
  callersChange,
  foreignSigner,
  NONE,
  openAuditDesk,
  textOf,
  type AuditDesk,
} from './desk.ts';

/** The key of the tests' stores, and one that comes after it. */
const OLD_KEY = Buffer.alloc(32, 7).toString('base64');
const NEW_KEY = Buffer.alloc(32, 8).toString('base64');

const A = 'call/rtc_a';
const B = 'call/rtc_b';
/** Rows of a call with four steps: claimed, live, 4 steps, notice, ended, sealed. */
const ROWS = 9;

/** A row of A put in at a place, as somebody without the key would. */
function insertAt(chain: string, sequence: number): string {
  return `insert into audit_events select '${chain}', ${sequence}, at, actor, 'test.forged', payload, key_id,
    prev_mac, md5(mac) || md5(prev_mac) from audit_events where chain = '${A}' and sequence = 3`;
}

/** What can be done to the rows of a chain, and how each is named. */
const ATTACKS: readonly (readonly [what: string, statements: readonly string[], found: readonly string[]])[] =
  [
    [
      'an edited payload',
      [`update audit_events set payload = '{"step":9}' where chain = '${A}' and sequence = 4`],
      [`edited ${A} #4`],
    ],
    [
      'an edited time',
      [`update audit_events set at = at + interval '1 ms' where chain = '${A}' and sequence = 4`],
      [`edited ${A} #4`],
    ],
    [
      'an edited first row',
      [`update audit_events set kind = 'call.other' where chain = '${A}' and sequence = 1`],
      [`edited ${A} #1`],
    ],
    [
      'a deleted row',
      [`delete from audit_events where chain = '${A}' and sequence = 5`],
      [`deleted ${A} #5`],
    ],
    [
      'a deleted row, the others moved up',
      [
        `delete from audit_events where chain = '${A}' and sequence = 5`,
        `update audit_events set sequence = sequence + 100 where chain = '${A}' and sequence > 5`,
        `update audit_events set sequence = sequence - 101 where chain = '${A}' and sequence > 5`,
        `update audit_chains set sequence = sequence - 1 where chain = '${A}'`,
      ],
      [`deleted ${A} #5`],
    ],
    [
      'the end cut off',
      [`delete from audit_events where chain = '${A}' and sequence > 6`],
      [`cut_off ${A} #7`, `seal_missing ${A}`],
    ],
    [
      'the end cut off and the head put back',
      [
        `delete from audit_events where chain = '${A}' and sequence > 6`,
        `update audit_chains set sequence = 6, sealed = false,
        mac = (select mac from audit_events where chain = '${A}' and sequence = 6) where chain = '${A}'`,
      ],
      [`head_edited ${A}`, `seal_missing ${A}`],
    ],
    [
      'two rows that changed places',
      [
        `update audit_events set sequence = 104 where chain = '${A}' and sequence = 4`,
        `update audit_events set sequence = 4 where chain = '${A}' and sequence = 5`,
        `update audit_events set sequence = 5 where chain = '${A}' and sequence = 104`,
      ],
      [`reordered ${A} #5`],
    ],
    ['a row put in behind the seal', [insertAt(A, ROWS + 1)], [`inserted ${A} #${ROWS + 1}`]],
    [
      'a row put in between, the others moved down',
      [
        `update audit_events set sequence = sequence + 100 where chain = '${A}' and sequence > 4`,
        `update audit_events set sequence = sequence - 99 where chain = '${A}' and sequence > 100`,
        insertAt(A, 5),
      ],
      [`inserted ${A} #5`],
    ],
    [
      'rows swapped between two calls',
      [
        `update audit_events set chain = 'call/tmp' where chain = '${A}' and sequence = 4`,
        `update audit_events set chain = '${A}' where chain = '${B}' and sequence = 4`,
        `update audit_events set chain = '${B}' where chain = 'call/tmp'`,
      ],
      [`moved ${A} #4`, `moved ${B} #4`],
    ],
    [
      'the seal removed',
      [`delete from audit_events where chain = '${A}' and sequence = ${ROWS}`],
      [`cut_off ${A} #${ROWS}`, `seal_missing ${A}`],
    ],
    ['the head removed', [`delete from audit_chains where chain = '${A}'`], [`head_missing ${A}`]],
    [
      'a whole chain removed',
      [`delete from audit_events where chain = '${A}'`, `delete from audit_chains where chain = '${A}'`],
      [`chain_missing ${A}`],
    ],
    [
      'an edited call',
      [`update calls set end_reason = 'caller_silent' where call_id = 'rtc_a'`],
      [`call_edited ${A}`],
    ],
  ];

/** What a verification finds on either engine. */
export async function verifyContract(t: Test, store: Store): Promise<void> {
  const twoCalls = async (): Promise<AuditDesk> => {
    const desk = await openAuditDesk(store);
    await auditedCall(store, 'a');
    await auditedCall(store, 'b');
    return desk;
  };

  await t.test('an untouched audit is whole', async (t) => {
    const desk = await twoCalls();
    await callersChange(store, 'b');
    await desk.anchor();
    t.match(await desk.verify(), { chains: 3, calls: 2, changes: 1, anchors: 1, problems: NONE });
    t.match(await desk.verify({ callId: 'rtc_a' }), { chains: 1, rows: ROWS, calls: 1, problems: NONE });
  });

  for (const [what, statements, found] of ATTACKS) {
    await t.test(`${what} is named`, async (t) => {
      const desk = await twoCalls();
      await desk.tamper(...statements);
      t.same(await desk.found(), found);
    });
  }

  await t.test('the whole audit removed is found by its anchors, chain by chain', async (t) => {
    const desk = await twoCalls();
    await desk.anchor();
    await desk.tamper('truncate audit_events, audit_chains, audit_anchors', 'truncate calls cascade');
    t.same(
      (await desk.found()).filter((line) => line.includes('call/')),
      [`chain_missing ${A}`, `chain_missing ${B}`],
    );
  });

  await t.test('a chain cut and its head and call forged with it is found by its anchor', async (t) => {
    const desk = await openAuditDesk(store);
    const callId = await claimed(store, 'a');
    const step = async (at: number): Promise<void> =>
      store.transact(async ({ audit }) =>
        audit({ callId, at, actor: 'agent', kind: 'test.step', payload: {} }),
      );
    await step(1);
    const [old] = (
      await sql<{ mac: string; head_mac: string }>`select mac, head_mac from audit_chains`.execute(store.db)
    ).rows;
    await step(2);
    await desk.anchor();
    await desk.tamper(
      `delete from audit_events where sequence > 2`,
      `update audit_chains set sequence = 2, mac = '${old?.mac}', head_mac = '${old?.head_mac}'`,
    );
    t.same(await desk.found(), [`anchored_lost ${A} #3`]);
  });

  await t.test('an anchor file that is gone or was edited is named', async (t) => {
    const desk = await twoCalls();
    await desk.anchor();
    const file = join(desk.directory, ANCHOR_FILE);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('2099-01-01', '2099-01-02'));
    t.same(await desk.found(), ['anchor_edited anchor file, entry 1']);
    await writeFile(file, text.slice(0, 40));
    t.same(await desk.found(), [
      'anchor_edited anchor file, entry 1',
      'anchor_missing anchor 1 (2099-01-01)',
    ]);
    await rm(file);
    t.same(await desk.found(), ['anchor_missing anchor 1 (2099-01-01)']);
    await appendFile(file, `${text}\n{"number":"x"}\n`);
    t.same(await desk.found(), ['anchor_edited anchor file, entry 2']);
  });

  await t.test('anchors removed from the database are named', async (t) => {
    const desk = await twoCalls();
    await desk.anchor();
    await auditedCall(store, 'c');
    await desk.anchor();
    await auditedCall(store, 'd');
    await desk.anchor();
    await desk.tamper('delete from audit_anchors where number = 2');
    t.same(await desk.found(), ['anchor_deleted anchor before anchor 3 (2099-01-01)']);
    await desk.tamper('truncate audit_anchors');
    t.same(await desk.found(), [
      'anchor_deleted anchor 2 (2099-01-01)',
      'anchor_deleted anchor 3 (2099-01-01)',
    ]);
  });

  await t.test('another key is told as such, and not as an attack', async (t) => {
    const desk = await twoCalls();
    const { problems } = await desk.verify({ signer: foreignSigner });
    t.same([...new Set(problems.map(({ code }) => code))], ['key_unknown']);
  });

  await t.test('rows of a key before and of the key now are proven by both keys together', async (t) => {
    const desk = await twoCalls();
    await desk.anchor();
    const rotated = createAuditSigner([NEW_KEY, OLD_KEY]);
    const parts = { db: store.db, clock: systemClock, random: systemRandom, claimTimeoutMs: 5_000 };
    const transact = createTransact({ ...parts, audit: rotated });
    // A call that begins with the old key and ends with the new one.
    const callId = await claimed(store, 'c');
    const step = { callId, at: 1, actor: 'agent', kind: 'test.step', payload: {} } as const;
    await store.transact(async ({ audit }) => audit(step));
    await transact(async ({ calls }) => calls.finishCall(callId, 1, COMPLETED));
    t.same((await desk.verify({ signer: rotated })).problems, []);
    const { problems } = await desk.verify({ signer: createAuditSigner([NEW_KEY]) });
    t.same([...new Set(problems.map(({ code }) => code))], ['key_unknown'], 'the new one alone');
  });

  await t.test('what is older than --since is not looked at; what came since is', async (t) => {
    const desk = await twoCalls();
    await desk.tamper(
      `update audit_events set payload = '{"step":9}' where chain = '${A}' and sequence = 4`,
      `update audit_events set at = at - interval '100 days' where chain = '${A}'`,
      `update calls set ended_at = ended_at - interval '100 days' where call_id = 'rtc_a'`,
    );
    const { rows } = await sql<{ at: Date }>`
      select min(at) as at from audit_events where chain = ${B}`.execute(store.db);
    const since = rows[0]?.at.getTime() ?? 0;
    t.match(await desk.verify({ since }), { chains: 1, rows: ROWS, calls: 1, problems: NONE });
    await desk.tamper(`update audit_events set payload = '{"step":9}' where chain = '${B}' and sequence = 4`);
    t.same((await desk.verify({ since })).problems.map(textOf), [`edited ${B} #4`]);
  });

  await t.test('a call that was refused is whole, whatever its reason says', async (t) => {
    const desk = await openAuditDesk(store);
    const callId = await claimed(store, 'a');
    const refusal = { state: 'rejected', reason: 'policy_refused', detail: '486 too_many_calls' } as const;
    await store.calls.finishCall(callId, 1, { ...COMPLETED, ...refusal });
    t.same(await desk.found(), []);
  });

  await t.test('a change without audit, and one whose history was edited, are named', async (t) => {
    const desk = await twoCalls();
    const edited = await callersChange(store, 'b');
    const unaudited = await callersChange(store, 'c');
    await desk.tamper(
      `update registration_events set consent_turn_key = 'item_9' where registration_id = '${edited}' and version = 2`,
      `delete from audit_events where payload ->> 'registration_id' = '${unaudited}' and chain = 'call/rtc_c'`,
      `delete from audit_events where chain = 'call/rtc_c'`,
      `delete from audit_chains where chain = 'call/rtc_c'`,
    );
    t.same(
      await desk.found(),
      [`change_edited ${edited} (call/rtc_b) #2`, `change_unaudited ${unaudited} (call/rtc_c) #2`].toSorted(),
    );
  });

  await t.test('what happens after the end of a call stands in the chain of the desk', async (t) => {
    const desk = await openAuditDesk(store);
    await auditedCall(store, 'a');
    await callersChange(store, 'a');
    t.same(await desk.found(), []);
    const { rows } = await sql<{ chain: string }>`
      select chain from audit_events where kind = 'attendance.changed' and payload ->> 'call_id' = 'rtc_a'`.execute(
      store.db,
    );
    t.match(rows, [{ chain: /^desk\// }]);
  });

  await t.test('a rolled back transaction leaves no row', async (t) => {
    const desk = await openAuditDesk(store);
    await t.rejects(
      store.transact(async ({ audit }) => {
        audit({ callId: null, at: 1, actor: 'team', kind: 'test.step', payload: {} });
        throw new RangeError('changed my mind');
      }),
    );
    t.match(await desk.verify(), { rows: 0, problems: NONE });
  });

  await t.test('fifty writers of one chain and of the desk at once: no fork, no gap', async (t) => {
    const desk = await openAuditDesk(store);
    const callId = await claimed(store, 'a');
    await Promise.all(
      Array.from({ length: 50 }, async (_, step) =>
        store.transact(async ({ audit }) => {
          audit({ callId, at: step, actor: 'agent', kind: 'test.step', payload: { step } });
          audit({ callId: null, at: step, actor: 'team', kind: 'test.step', payload: { step } });
        }),
      ),
    );
    await store.calls.finishCall(callId, 1, COMPLETED);
    t.match(await desk.verify(), { chains: 2, rows: 50 + 3 + 50, problems: NONE });
  });

  await t.test('nothing that is no id and no code gets into a payload', async (t) => {
    await openAuditDesk(store);
    const payload = {
      name: '山田 太郎',
      number: '+819012345678',
      free: 'I am ill',
      code: 'full',
      id: 'rtc_1-a',
    };
    await store.transact(async ({ audit }) =>
      audit({ callId: null, at: 1, actor: 'team', kind: 'test.step', payload }),
    );
    const { rows } = await sql<{ payload: Record<string, string> }>`select payload from audit_events`.execute(
      store.db,
    );
    t.match(rows[0]?.payload, {
      name: /^sha256:/,
      number: /^sha256:/,
      free: /^sha256:/,
      code: 'full',
      id: 'rtc_1-a',
    });
  });

  await t.test('rows are only added to', async (t) => {
    await twoCalls();
    for (const statement of [
      'update audit_events set mac = mac',
      'delete from audit_events',
      'truncate audit_events',
    ])
      await t.rejects(sql.raw(statement).execute(store.db), { code: '23000' }, statement);
  });

  await t.test('whatever is done to one row, the chain is not whole', async (t) => {
    const desk = await twoCalls();
    const columns = ['at', 'actor', 'kind', 'payload', 'prev_mac', 'mac', 'key_id'] as const;
    const change = {
      at: `at + interval '5 s'`,
      actor: `'import'`,
      kind: `kind || 'x'`,
      payload: `payload || '{"x":1}'`,
      prev_mac: 'md5(prev_mac)',
      mac: 'md5(mac)',
      key_id: `'00000000'`,
    };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: ROWS }),
        fc.constantFrom(...columns),
        async (sequence, column) => {
          const where = `where chain = '${A}' and sequence = ${sequence}`;
          await desk.tamper(
            `create table kept as select * from audit_events ${where}`,
            `update audit_events set ${column} = ${change[column]} ${where}`,
          );
          const { problems } = await desk.verify({ callId: 'rtc_a' });
          await desk.tamper(
            `delete from audit_events ${where}`,
            'insert into audit_events select * from kept',
            'drop table kept',
          );
          return problems.some((problem) => problem.sequence === sequence);
        },
      ),
      { numRuns: 40 },
    );
    t.same(await desk.found(), []);
  });
}
