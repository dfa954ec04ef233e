import type { Test } from 'tap';
import type { Store } from '../../../src/store/open.ts';
import { asRead, claimed, count, truncate, turnOf, usageOf, type ContractModel } from '../fixtures.ts';

export async function transcriptContract(t: Test, store: Store | ContractModel): Promise<void> {
  await t.test('turns and usage are read back as they were stored', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    const turn = turnOf(id, 'item_1', { responseId: 'resp_1', startedAt: 1_790_000_000_007 });
    const usage = usageOf(id, 'resp_1', { seconds: 0.125, costUsd: 0.000_012_5 });
    await store.calls.appendTranscript([turn], [usage]);
    t.same(await store.calls.listTurns(id), [asRead(turn)]);
    t.same(await store.calls.listUsage(id), [asRead(usage)]);
  });

  await t.test('a turn that is stored again takes the new text and status', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const turn = turnOf('rtc_a', 'item_1', { text: 'はい', status: 'partial' });
    await store.calls.appendTranscript([turn], []);
    const whole = { ...turn, text: 'はい、参加します', status: 'complete' as const };
    await store.calls.appendTranscript([whole], []);
    await store.calls.appendTranscript([whole], []);
    t.same(await store.calls.listTurns('rtc_a'), [asRead(whole)]);
  });

  await t.test('of one key in a batch the last turn stands', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const turn = turnOf('rtc_a', 'item_1', { text: 'は' });
    await store.calls.appendTranscript([turn, { ...turn, text: 'はい' }], []);
    t.equal((await store.calls.listTurns('rtc_a'))[0]?.text, 'はい');
  });

  await t.test('usage that is stored again counts once', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    await store.calls.appendTranscript([], [usageOf(id, 'r1', { costUsd: 0.5 })]);
    await store.calls.appendTranscript(
      [],
      [usageOf(id, 'r1', { costUsd: 0.5 }), usageOf(id, 'r2', { costUsd: 0.25 })],
    );
    t.equal((await store.calls.getCall(id))?.costUsd, 0.75);
  });

  await t.test('one usage row without a price makes the cost unknown', async (t) => {
    await truncate(store);
    const id = await claimed(store, 'a');
    await store.calls.appendTranscript([], [usageOf(id, 'r1'), usageOf(id, 'r2', { costUsd: null })]);
    t.equal((await store.calls.getCall(id))?.costUsd, null);
  });

  await t.test('a batch of 200 turns and 200 usage rows of many calls is stored whole', async (t) => {
    await truncate(store);
    for (let i = 0; i < 7; i += 1) await claimed(store, String(i));
    const turns = Array.from({ length: 200 }, (_, i) => turnOf(`rtc_${i % 7}`, `item_${i}`, { sequence: i }));
    const usage = Array.from({ length: 200 }, (_, i) => usageOf(`rtc_${i % 7}`, `resp_${i}`));
    await store.calls.appendTranscript(turns, usage);
    t.equal(await count(store, 'turns'), 200);
    t.equal(await count(store, 'usage'), 200);
  });

  await t.test('turns are listed in the order of the conversation', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const turns = [3, 1, 2].map((sequence) => turnOf('rtc_a', `item_${sequence}`, { sequence }));
    await store.calls.appendTranscript(turns, []);
    t.same(
      (await store.calls.listTurns('rtc_a')).map((turn) => turn.sequence),
      [1, 2, 3],
    );
  });

  await t.test('text that no database takes is stored with its bad characters replaced', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const text = `a\0b\ud83dc😀<img onerror>'"\\`;
    await store.calls.appendTranscript([turnOf('rtc_a', 'item_1', { text })], []);
    t.equal((await store.calls.listTurns('rtc_a'))[0]?.text, `a\ufffdb\ufffdc😀<img onerror>'"\\`);
  });

  await t.test('so are those of a progress, however deep', async (t) => {
    await truncate(store);
    await claimed(store, 'a');
    const body = { case: { claim: { kanaName: 'ヤマダ\0' }, references: [['r1', '\ud83d']] } };
    await store.calls.appendTranscript([], [], [{ callId: 'rtc_a', epoch: 1, body }]);
    t.match(await store.calls.readProgress('rtc_a'), {
      body: { case: { claim: { kanaName: 'ヤマダ\ufffd' }, references: [['r1', '\ufffd']] } },
    });
  });
}
