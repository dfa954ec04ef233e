import t from 'tap';
import type { EmulatedCall } from '../../emulator/index.ts';
import type { CommandInput, CommandRecord } from '../../src/store/command-ports.ts';
import { main } from '../../src/cli/main.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { withPostgres } from '../store/postgres.ts';
import { requests } from './outcomes.ts';
import { greeted, hears, script, startService, storedEnd, type Service } from './service.ts';
import { asked } from './talk.ts';

const SENTENCE = 'ただいま担当者が参りますので、少々お待ちください。';
const ENV = { TRANSFER_TARGETS: 'office=tel:+81312345678', API: 'on' };

async function talking(service: Service): Promise<EmulatedCall> {
  const call = await service.emulator.ring({ model: script([{ say: '承知しました。' }]) });
  await greeted(call);
  return call;
}

async function command(
  { app }: Service,
  call: EmulatedCall,
  kind: CommandInput['kind'],
  argument: string | null,
): Promise<CommandRecord> {
  const commandId = systemRandom.uuid();
  const at = Date.now();
  const { commands } = app.store;
  t.equal(
    await commands.request({ commandId, callId: call.id, kind, argument, requestedBy: 'cli', at }),
    'asked',
  );
  for (;;) {
    const record = await commands.get(commandId);
    if (record === null) throw new Error('the command is gone');
    if (record.result !== null) return record;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('in one process', async (t) => {
  const service = await startService(t, { env: ENV });

  await t.test('a sentence is said word for word, once, and the talk goes on', async (t) => {
    const call = await talking(service);
    t.match(await command(service, call, 'say', SENTENCE), { state: 'done', result: 'said', argument: '' });
    t.equal(call.heard.filter(({ text }) => text === SENTENCE).length, 1);
    t.same(asked(call), ['greeting', 'operator']);
    await call.say('はい。');
    await hears(call, '承知しました');
    call.hangUp();
    await storedEnd(service, call.id);
    const turns = await service.app.store.calls.listTurns(call.id);
    t.ok(
      turns.some(({ role, text }) => role === 'agent' && text === SENTENCE),
      'it stands in the transcript',
    );
  });

  await t.test('a call is hung up at once', async (t) => {
    const call = await talking(service);
    t.match(await command(service, call, 'hang_up', null), { state: 'done', result: 'call_over' });
    t.match(await storedEnd(service, call.id), { endReason: 'ended_by_team', endParty: 'team' });
    t.equal(requests(call, 'hangup').length, 1);
  });

  await t.test(
    'a transfer goes to a key of TRANSFER_TARGETS, and is done when the call has left',
    async (t) => {
      const call = await talking(service);
      t.match(await command(service, call, 'transfer', 'office'), { state: 'done', result: 'transferred' });
      t.equal(call.transferredTo, 'tel:+81312345678');
    },
  );

  await t.test('a transfer to anything else is refused, and nothing is said or asked for', async (t) => {
    const call = await talking(service);
    for (const target of ['tel:+819011112222', '+819011112222', 'Office', '__proto__'])
      t.match(await command(service, call, 'transfer', target), {
        state: 'refused',
        result: 'unknown_target',
      });
    t.same(asked(call), ['greeting']);
    t.same(requests(call, 'refer'), []);
    call.hangUp();
    await storedEnd(service, call.id);
  });

  await t.test('a transfer that nobody takes is failed, and the caller is told', async (t) => {
    const call = await talking(service);
    service.emulator.failNext('refer', [{ kind: 'status', status: 500 }]);
    t.match(await command(service, call, 'transfer', 'office'), {
      state: 'failed',
      result: 'nobody_took_it',
    });
    await hears(call, 'つながりませんでした');
    call.hangUp();
    await storedEnd(service, call.id);
  });

  await t.test('no word of a sentence stands in the log', async (t) => {
    t.notMatch(service.lines.join('\n'), '少々お待ち');
  });
});

t.test('over nodes that share a server', { timeout: 120_000 }, async (t) => {
  await withPostgres(t, async (url) => {
    const env = { ...ENV, DATABASE_URL: url };
    const [one, other] = [await startService(t, { env }), await startService(t, { env })];

    await t.test('what is asked at one node is done by the node that serves the call', async (t) => {
      const call = await talking(one);
      t.match(await command(other, call, 'say', SENTENCE), { state: 'done', result: 'said' });
      t.equal(call.heard.filter(({ text }) => text === SENTENCE).length, 1);
      call.hangUp();
      await storedEnd(one, call.id);
    });

    await t.test('the operator lists, shows and ends a call from the command line', async (t) => {
      const call = await talking(one);
      const run = async (...args: string[]) => {
        let out = '';
        const key = Buffer.alloc(32, 7).toString('base64');
        const code = await main(['call', ...args], {
          env: { DATABASE_URL: url, AUDIT_KEY: key },
          out: (text) => void (out += text.toString()),
          err: () => undefined,
        });
        return { code, out };
      };
      const list = await run('list');
      t.match(list, { code: 0, out: new RegExp(`^${call.id}\t.*\tlive\t`) });
      t.notMatch(list.out, /\+8190\d{8}/, 'numbers are masked');
      t.match(await run('say', call.id, SENTENCE), { code: 0, out: /^done: said/ });
      t.match(await run('transfer', call.id, 'nobody'), { code: 1, out: /^refused: TRANSFER_TARGETS/ });
      t.match(await run('hang-up', call.id), { code: 0, out: /^done: the call is over/ });
      t.match(await storedEnd(one, call.id), { endReason: 'ended_by_team' });
      const shown = await run('show', call.id);
      t.match(shown.out, /end +ended_by_team \(team\)/);
      t.match(shown.out, /asked .*hang_up\tdone\tcall_over\tcli/);
      t.notMatch(shown.out, '少々お待ち', 'words are hidden');
      t.match((await run('show', call.id, '--unmasked')).out, SENTENCE);
      t.match(await run('hang-up', call.id), { code: 1 });
      t.match(await run('list'), { code: 0, out: '' });
    });
  });
});
