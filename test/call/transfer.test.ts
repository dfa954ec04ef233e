import t from 'tap';
import { SPEAK_MS, TRANSFER_MS } from '../../src/call/timeouts.ts';
import { greetedWalk, RULES, spoken, type Walk } from './walk.ts';

function announcing(): Walk {
  const walk = greetedWalk();
  walk.send(...spoken('resp_1'), {
    kind: 'tools_answered',
    responseId: 'resp_1',
    outputs: ['call_1'],
    control: { kind: 'transfer', targetKey: 'office' },
    spoken: '',
    failuresInRow: 0,
  });
  return walk;
}

t.test('a transfer is announced, and asked for when that was heard', async (t) => {
  const walk = announcing();
  t.match(walk.all('respond').at(-1), {
    request: { purpose: 'transfer_announce', say: RULES.phrases.transferAnnounce },
  });
  const [created, started, done, stopped] = spoken('resp_2', 'transfer_announce');
  walk.send(created!, started!, done!);
  t.same(walk.all('refer'), []);
  walk.send(stopped!);
  t.same(walk.all('refer'), [{ kind: 'refer', targetKey: 'office' }]);
});

t.test('the end of the call proves the transfer', async (t) => {
  const walk = announcing();
  walk.send(...spoken('resp_2', 'transfer_announce'), { kind: 'refer_answered', ok: true });
  walk.send({ kind: 'detached' }, { kind: 'gone' });
  t.match(walk.all('end'), [{ ending: { reason: 'transferred', party: 'agent', detail: 'office' } }]);
});

t.test(
  'a call that is still here was not transferred: the caller is told, and the talk goes on',
  async (t) => {
    const walk = announcing();
    walk.send(...spoken('resp_2', 'transfer_announce'), { kind: 'refer_answered', ok: true });
    walk.wait(TRANSFER_MS);
    t.equal(walk.state.phase, 'conversing');
    t.match(walk.all('respond').at(-1), {
      request: { purpose: 'transfer_failed', say: RULES.phrases.transferFailed },
    });
    t.same(walk.alarms, ['transfer_failed']);
  },
);

t.test('a refused transfer is told at once', async (t) => {
  const walk = announcing();
  walk.send(...spoken('resp_2', 'transfer_announce'), { kind: 'refer_answered', ok: false });
  t.equal(walk.asked.at(-1), 'transfer_failed');
  walk.send(...spoken('resp_3', 'transfer_failed'));
  walk.wait(TRANSFER_MS);
  t.equal(walk.asked.filter((purpose) => purpose === 'transfer_failed').length, 1, 'and once');
});

t.test('an announcement that does not come does not hold the transfer up', async (t) => {
  const walk = announcing();
  walk.wait(SPEAK_MS);
  t.equal(walk.all('refer').length, 1);
});

t.test('a caller who hangs up before the transfer was asked for has hung up', async (t) => {
  const walk = announcing();
  walk.send({ kind: 'detached' }, { kind: 'gone' });
  t.match(walk.all('end'), [{ ending: { reason: 'caller_hangup' } }]);
});
