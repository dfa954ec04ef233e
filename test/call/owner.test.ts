import t from 'tap';
import {
  ACT_MARGIN_MS,
  actingUntil,
  ALONE_MS,
  isFresh,
  LEASE_MS,
  mayAct,
  onSeen,
  onUnseen,
  RENEW_MS,
  STRANGER,
} from '../../src/call/owner-rules.ts';
import { CallOwner, type OwnerListener } from '../../src/call/owner.ts';
import type { CallStore, NodeStanding, Renewal } from '../../src/store/ports.ts';
import { silentLog } from '../../src/lib/log.ts';
import { ManualClock } from '../store/manual-clock.ts';

t.test('a node stops acting before its lease can have lapsed, and bears a failed renewal', (t) => {
  t.ok(actingUntil(1_000) + ACT_MARGIN_MS <= 1_000 + LEASE_MS);
  t.ok(actingUntil(0) > 2 * RENEW_MS);
  const tenure = { actUntil: actingUntil(0), awayUntil: -Infinity };
  t.equal(mayAct(tenure, tenure.actUntil - 1), true);
  t.equal(mayAct(tenure, tenure.actUntil), false);
  t.end();
});

t.test('without another node a lapsed lease is no reason to fall silent, but none to be certain', (t) => {
  const now = actingUntil(0) + 60_000;
  const tenure = { actUntil: actingUntil(0), awayUntil: now + 1 };
  t.equal(mayAct(tenure, now), true);
  t.equal(isFresh(tenure, now), false);
  t.equal(mayAct(tenure, now + 1), false, 'that the store is away has to be known');
  t.end();
});

t.test('that the store is away counts only from before the last news was out of date', (t) => {
  const first = onSeen(STRANGER, 0, 0);
  const alone = onSeen(onSeen(first, ALONE_MS / 2, 0), ALONE_MS, 0);
  const { knownUntil } = alone;
  t.ok(onUnseen(alone, knownUntil - 1, knownUntil + 1_500).awayUntil > knownUntil);
  t.equal(onUnseen(alone, knownUntil, knownUntil + 1_500).awayUntil, -Infinity, 'it slept in between');
  t.equal(onUnseen(first, 800, 2_300).awayUntil, -Infinity, 'it may not be alone');
  t.end();
});

/** What the store answers; nobody else has room unless it says so. */
type Answer = Omit<Renewal, 'roomElsewhere'> & Partial<Renewal>;

/** A node with one call and others beside it; renewals are answered by the test. */
async function keeping(peers = 1) {
  const clock = new ManualClock();
  const pending: { resolve(renewal: Renewal): void; reject(error: Error): void }[] = [];
  const told: NodeStanding[] = [];
  const renewLeases: CallStore['renewLeases'] = (_node, _seats, _leaseMs, standing) =>
    new Promise((resolve, reject) => {
      told.push(standing);
      pending.push({ resolve, reject });
    });
  const store = { renewLeases, forgetNode: async () => {} } as unknown as CallStore;
  const lost: string[] = [];
  const regained: string[] = [];
  const listener: OwnerListener = {
    onLost: (callId) => {
      lost.push(callId);
      owner.unseat(callId);
    },
    onRegained: (callIds) => regained.push(...callIds),
  };
  const place = { free: true };
  const owner = new CallOwner({ store, clock, log: silentLog }, 'node-a', true, listener, () => place.free);
  const answer = async (renewal: Answer | Error): Promise<void> => {
    const next = pending.shift();
    if (next === undefined) throw new Error('nothing was asked');
    if (renewal instanceof Error) next.reject(renewal);
    else next.resolve({ roomElsewhere: false, ...renewal });
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** Renewals as they come every time, for a while. */
  const renewed = async (ms: number, seen: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += RENEW_MS) {
      clock.advance(RENEW_MS);
      await answer({ ours: ['rtc_1'], peers: seen });
    }
  };
  owner.seat('rtc_1', 1, clock.monotonic());
  await renewed(RENEW_MS + (peers === 0 ? ALONE_MS : 0), peers);
  return { clock, owner, lost, regained, answer, renewed, pending, place, told };
}

t.test('after a freeze nothing may be done before the lease was renewed', async (t) => {
  const { clock, owner } = await keeping();
  t.equal(owner.mayAct('rtc_1'), true);
  clock.advance(10_000);
  t.equal(owner.mayAct('rtc_1'), false, 'though no timer has said so');
  await owner.close();
});

t.test('also without another node: one may have come meanwhile', async (t) => {
  const { clock, owner, regained, answer } = await keeping(0);
  clock.advance(10_000);
  t.equal(owner.mayAct('rtc_1'), false);
  await answer(new Error('no answer within its deadline, as far as a process knows that stood still'));
  t.equal(owner.mayAct('rtc_1'), false);
  clock.advance(RENEW_MS);
  await answer({ ours: ['rtc_1'], peers: 0 });
  t.same(regained, ['rtc_1']);
  t.equal(owner.mayAct('rtc_1'), true);
  await owner.close();
});

t.test('a store that is away for everybody silences nobody for long', async (t) => {
  const { clock, owner, regained, answer } = await keeping(0);
  clock.advance(RENEW_MS);
  for (let failed = 0; failed < 20; failed += 1) {
    clock.advance(1_500);
    await answer(new Error('away'));
    t.equal(owner.mayAct('rtc_1'), true);
    clock.advance(0);
  }
  t.same(regained, ['rtc_1'], 'what was withheld in between goes out, once');
  await owner.close();
});

/** Renewals fail until the lease has lapsed. */
async function outage({ clock, answer }: Awaited<ReturnType<typeof keeping>>): Promise<void> {
  clock.advance(RENEW_MS);
  for (let failed = 0; failed < 2; failed += 1) {
    clock.advance(1_500);
    await answer(new Error('away'));
    clock.advance(0);
  }
}

t.test(
  'a node that has just seen another one go is not alone yet: it may only have been cut off',
  async (t) => {
    const node = await keeping(1);
    await node.renewed(RENEW_MS, 0);
    await outage(node);
    t.equal(node.owner.mayAct('rtc_1'), false);
    await node.owner.close();
  },
);

t.test('nobody is seen right after an outage: that is no sign that nobody is there', async (t) => {
  const node = await keeping(0);
  await outage(node);
  t.equal(node.owner.mayAct('rtc_1'), true);
  await node.answer({ ours: ['rtc_1'], peers: 0 });
  await outage(node);
  t.equal(node.owner.mayAct('rtc_1'), false);
  await node.answer({ ours: ['rtc_1'], peers: 0 });
  await node.renewed(ALONE_MS, 0);
  await outage(node);
  t.equal(node.owner.mayAct('rtc_1'), true, 'after a while it is one');
  await node.owner.close();
});

t.test(
  'after a freeze it does not count that nobody was seen before, nor that the store is away since',
  async (t) => {
    const { clock, owner, answer } = await keeping(0);
    clock.advance(RENEW_MS);
    clock.advance(10_000);
    await answer(new Error('no answer'));
    clock.advance(0);
    for (let failed = 0; failed < 5; failed += 1) {
      clock.advance(1_500);
      await answer(new Error('away, and honestly so'));
      t.equal(owner.mayAct('rtc_1'), false);
      clock.advance(0);
    }
    await owner.close();
  },
);

t.test('a renewal that hung does not cost the time of the next one, too', async (t) => {
  const { clock, owner, answer, pending } = await keeping();
  clock.advance(RENEW_MS);
  clock.advance(1_500);
  await answer(new Error('no answer'));
  clock.advance(0);
  t.equal(pending.length, 1, 'asked again at once');
  await answer({ ours: ['rtc_1'], peers: 1 });
  t.equal(owner.mayAct('rtc_1'), true);
  await owner.close();
});

t.test('a call that another node has taken is let go of', async (t) => {
  const { clock, owner, lost, answer } = await keeping();
  clock.advance(RENEW_MS);
  await answer({ ours: [], peers: 1 });
  t.same(lost, ['rtc_1']);
  t.equal(owner.mayAct('rtc_1'), false);
  t.equal(await owner.certain('rtc_1', 1_000), false);
  await owner.close();
});

t.test(
  'while the store is away a node with others beside it falls silent in time, and comes back',
  async (t) => {
    const { clock, owner, regained, answer } = await keeping();
    clock.advance(RENEW_MS);
    await answer(new Error('away'));
    t.equal(owner.mayAct('rtc_1'), true, 'the last renewal still holds');
    clock.advance(RENEW_MS);
    await answer(new Error('away'));
    clock.advance(RENEW_MS);
    t.equal(owner.mayAct('rtc_1'), false);
    await answer({ ours: ['rtc_1'], peers: 1 });
    t.same(regained, ['rtc_1']);
    t.equal(await owner.certain('rtc_1', 1_000), true);
    t.equal(owner.mayAct('rtc_1'), true);
    await owner.close();
  },
);

t.test('a full node is relieved only when it has said so, and another one has room', async (t) => {
  const { clock, owner, answer, place, told } = await keeping();
  const renewed = async (renewal: Answer | Error): Promise<boolean> => {
    clock.advance(RENEW_MS);
    await answer(renewal);
    return owner.relieved;
  };
  const beside = { ours: ['rtc_1'], peers: 1, roomElsewhere: true };
  t.equal(await renewed(beside), false, 'it has room itself');
  clock.advance(RENEW_MS);
  place.free = false;
  await answer(beside);
  t.equal(owner.relieved, false, 'the others do not know yet that it is full');
  t.equal(await renewed(beside), true);
  t.same(told.at(-1), { draining: false, room: false });
  t.equal(await renewed({ ...beside, roomElsewhere: false }), false, 'all are full');
  t.equal(await renewed(beside), true);
  t.equal(await renewed(new Error('away')), false, 'nobody can be asked');
  t.equal(await renewed(beside), true);
  place.free = true;
  t.equal(await renewed(beside), false);
  await owner.close();
});
