import t from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import { TRANSFER_MS } from '../../src/call/timeouts.ts';
import { alarms, requests } from './outcomes.ts';
import { calls, hears, script } from './service.ts';
import { asked, settled, startTalk, until } from './talk.ts';

/** The request for a transfer is given up after this, ms. */
const REQUEST_MS = 3_000;

const talk = await startTalk(t, { env: { TRANSFER_TARGETS: 'office=tel:+81312345678' } });

const transferring = () =>
  script([calls('transfer_to_human', { target: 'office' })], [{ say: 'ご伝言を承ります。' }]);

async function asksForPerson(): Promise<EmulatedCall> {
  const call = await talk.greetedCall(transferring());
  await call.say('担当の方をお願いします。');
  return call;
}

await t.test('a transfer is announced, asked for, and proved by the end of the call', async (t) => {
  const call = await asksForPerson();
  await call.ended();
  t.equal(call.transferredTo, 'tel:+81312345678');
  t.same(
    requests(call, 'refer').map(({ body }) => body),
    [{ target_uri: 'tel:+81312345678' }],
  );
  t.match(call.heard.at(-1), { text: /担当者におつなぎいたします/, cut: false });
  t.match(await talk.stored(call), { endReason: 'transferred', endParty: 'agent', endDetail: 'office' });
  t.same(requests(call, 'hangup'), [], 'a transferred call is not hung up');
});

await t.test('a refused transfer is told at once, and the talk goes on', async (t) => {
  talk.emulator.failNext('refer', [{ kind: 'status', status: 500 }]);
  const call = await asksForPerson();
  await hears(call, 'つながりませんでした');
  await call.say('では伝言を。');
  await hears(call, 'ご伝言を承ります');
  t.same(asked(call), ['greeting', 'transfer_announce', 'transfer_failed']);
  t.same(alarms(talk.lines, call.id), ['transfer_failed']);
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'caller_hangup' });
});

await t.test('a transfer that is promised and does not happen is told after ten seconds', async (t) => {
  talk.emulator.failNext('refer', [{ kind: 'ok_no_effect' }]);
  const call = await asksForPerson();
  await until(() => requests(call, 'refer').length === 1, 'the transfer to be asked for');
  await settled(call);
  await talk.pass(TRANSFER_MS - 1);
  t.notOk(asked(call).includes('transfer_failed'));
  await talk.pass(1);
  await hears(call, 'つながりませんでした');
  await call.say('では伝言を。');
  await hears(call, 'ご伝言を承ります');
  t.equal(requests(call, 'refer').length, 1, 'and is not tried again unasked');
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'caller_hangup' });
});

await t.test('a transfer without an answer may have been taken: nobody is told that it failed', async (t) => {
  talk.emulator.failNext('refer', [{ kind: 'no_answer' }]);
  const call = await asksForPerson();
  await until(() => requests(call, 'refer').length === 1, 'the transfer to be asked for');
  await settled(call);
  await talk.pass(REQUEST_MS + TRANSFER_MS - 1);
  t.same(asked(call), ['greeting', 'transfer_announce']);
  call.hangUp();
  t.match(await talk.stored(call), { endReason: 'transferred', endDetail: 'office' });
  t.same(alarms(talk.lines, call.id), []);
});

await t.test('a target that is not configured cannot be talked into', async (t) => {
  const call = await talk.greetedCall(
    script([calls('transfer_to_human', { target: 'tel:+19005550199' })], [{ say: '伝言を承ります。' }]),
  );
  await call.say('この番号につないで。');
  await hears(call, '伝言を承ります');
  t.same(requests(call, 'refer'), []);
  call.hangUp();
  await talk.stored(call);
});
