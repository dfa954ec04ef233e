import { sql } from 'kysely';
import type { Test } from 'tap';
import type { CommandInput } from '../../../src/store/command-ports.ts';
import type { Store } from '../../../src/store/open.ts';
import { claimed, COMPLETED, truncate } from '../fixtures.ts';

const AT = 1_790_000_000_000;
const DONE = { state: 'done', result: 'said', at: AT } as const;
let serial = 0;

function commandOf(callId: string, changes: Partial<CommandInput> = {}): CommandInput {
  serial += 1;
  const commandId = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return {
    commandId,
    callId,
    kind: 'say',
    argument: 'お待ちください。',
    requestedBy: 'cli',
    at: AT,
    ...changes,
  };
}

/** What operators ask of live calls. */
export async function commandsContract(t: Test, store: Store): Promise<void> {
  const { commands } = store;

  await t.test('a command is taken once, in the epoch of the owner, and has one result', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    const input = commandOf(callId);
    t.equal(await commands.request(input), 'asked');
    t.equal(await commands.request(input), 'asked', 'repeated after a lost answer');
    t.same(await commands.take([{ callId, epoch: 2 }], []), [], 'another epoch');
    t.same(await commands.take([{ callId: 'rtc_b', epoch: 1 }], []), [], 'another call');
    const [taken] = await commands.take([{ callId, epoch: 1 }], []);
    t.match(taken, {
      commandId: input.commandId,
      kind: 'say',
      argument: 'お待ちください。',
      epoch: 1,
      state: 'running',
    });
    t.same(await commands.take([{ callId, epoch: 1 }], [input.commandId]), [], 'it is under way');
    const again = await commands.take([{ callId, epoch: 1 }], []);
    t.equal(again.length, 1, 'an answer that was lost on its way to the owner');
    t.equal(await commands.finish({ ...input, epoch: 2 }, DONE), false, 'another epoch');
    t.equal(await commands.finish({ ...input, epoch: 1 }, DONE), true);
    t.equal(await commands.finish({ ...input, epoch: 1 }, { ...DONE, result: 'cut' }), false, 'once');
    t.match(
      await commands.get(input.commandId),
      { state: 'done', result: 'said', argument: '' },
      'its words are gone',
    );
    t.same(await commands.take([{ callId, epoch: 1 }], []), []);
  });

  await t.test('of many takers at once one gets a command', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a', { leaseMs: -1_000 });
    await commands.request(commandOf(callId));
    await store.calls.takeLapsedCalls('node-b', 60_000, 10);
    const seats = [1, 2].map((epoch) => ({ callId, epoch }));
    const taken = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => commands.take([seats[i % 2] ?? { callId, epoch: 2 }], [])),
    );
    t.ok(
      taken.flat().every(({ epoch }) => epoch === 2),
      'the old owner gets none',
    );
    t.ok(taken.flat().length >= 1);
  });

  await t.test('what an owner that died had begun is not done again; hanging up is', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a', { leaseMs: -1_000 });
    const say = commandOf(callId);
    const transfer = commandOf(callId, { kind: 'transfer', argument: 'hr' });
    const hangUp = commandOf(callId, { kind: 'hang_up', argument: null });
    for (const input of [say, transfer, hangUp]) await commands.request(input);
    t.equal((await commands.take([{ callId, epoch: 1 }], [])).length, 3);
    const waiting = commandOf(callId);
    await commands.request(waiting);
    await store.calls.takeLapsedCalls('node-b', 60_000, 10);
    const taken = await commands.take([{ callId, epoch: 2 }], []);
    t.same(new Set(taken.map(({ commandId }) => commandId)), new Set([hangUp.commandId, waiting.commandId]));
    for (const { commandId } of [say, transfer])
      t.match(await commands.get(commandId), { state: 'failed', result: 'owner_lost' });
    t.equal(await commands.finish({ ...hangUp, epoch: 1 }, DONE), false, 'the old owner has no say');
  });

  await t.test('with the call everything that was asked of it is settled', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    const inputs = [
      commandOf(callId),
      commandOf(callId, { kind: 'transfer', argument: 'hr' }),
      commandOf(callId, { kind: 'hang_up', argument: null }),
    ];
    for (const input of inputs) await commands.request(input);
    await store.calls.finishCall(callId, 1, COMPLETED);
    t.match(await commands.list(callId), [
      { state: 'refused', result: 'call_over', argument: '' },
      { state: 'refused', result: 'call_over', argument: 'hr' },
      { state: 'done', result: 'call_over' },
    ]);
    t.equal(await commands.request(commandOf(callId)), 'over');
    t.equal(await commands.request(commandOf('rtc_none')), 'not_found');
  });

  await t.test('a transfer is done when the call has left for its target', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'a');
    const transfer = commandOf(callId, { kind: 'transfer', argument: 'hr' });
    await commands.request(transfer);
    await store.calls.finishCall(callId, 1, { ...COMPLETED, reason: 'transferred' });
    t.match(await commands.get(transfer.commandId), { state: 'done', result: 'transferred' });
  });

  await t.test(
    'a sentence that nobody said for a minute is not said any more; a hang-up is done',
    async (t) => {
      await truncate(store);
      const callId = await claimed(store, 'a');
      const say = commandOf(callId);
      const hangUp = commandOf(callId, { kind: 'hang_up', argument: null });
      for (const input of [say, hangUp]) await commands.request(input);
      await sql`update call_commands set requested_at = requested_at - interval '61 seconds'`.execute(
        store.db,
      );
      const taken = await commands.take([{ callId, epoch: 1 }], []);
      t.same(
        taken.map(({ commandId }) => commandId),
        [hangUp.commandId],
      );
      t.match(await commands.get(say.commandId), { state: 'refused', result: 'too_late', argument: '' });
    },
  );

  await t.test('the audit has who asked for what, and what came of it', async (t) => {
    await truncate(store);
    const callId = await claimed(store, 'audited');
    const input = commandOf(callId, { kind: 'transfer', argument: 'hr' });
    await commands.request(input);
    await commands.take([{ callId, epoch: 1 }], []);
    await commands.finish({ ...input, epoch: 1 }, { state: 'failed', result: 'nobody_took_it', at: AT });
    const { rows } = await sql`
      select actor, kind, payload from audit_events where chain like ${`%${callId}`} and kind like 'command.%'
      order by sequence`.execute(store.db);
    t.match(rows, [
      {
        actor: 'team',
        kind: 'command.asked',
        payload: { command: 'transfer', target: 'hr', requested_by: 'cli' },
      },
      { actor: 'system', kind: 'command.ended', payload: { state: 'failed', result: 'nobody_took_it' } },
    ]);
  });
}
