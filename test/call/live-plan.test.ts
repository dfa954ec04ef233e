import { emptyBriefing } from '../../src/briefing/briefing.ts';
import t from 'tap';
import { keepPlan } from '../../src/call/live-plan.ts';
import { loadConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { briefingNames } from '../../src/roster/briefing-names.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';

const scenario = await loadScenario('attendance-ja', packageRoot());
const config = loadConfig({ OPENAI_API_KEY: 'sk-test', NODE_ENV: 'test', MAX_CALL_SECONDS: '60' });

function keep(names: () => Promise<readonly string[]>, changed: Partial<Scenario> = {}) {
  const clock = new ManualClock();
  const plan = keepPlan({
    clock,
    log: silentLog,
    names,
    scenario: { ...scenario, ...changed },
    config,
    tools: [],
    transferTargets: new Map(),
  });
  return { clock, plan };
}

t.test('calls before the first look at the store have the keywords of the scenario', async (t) => {
  const { plan } = keep(async () => ['見本ホール']);
  t.match(plan.current.acceptBody, '採用説明会');
  t.notMatch(plan.current.acceptBody, '見本ホール');
});

t.test('names are in the accept body and in every later update of the ears', async (t) => {
  const { plan } = keep(async () => ['見本ホール']);
  await plan.refresh();
  t.match(plan.current.acceptBody, '見本ホール');
  t.match(plan.current.listenConversation, '見本ホール');
  t.match(plan.current.listenClosing, '見本ホール');
});

t.test('a roster that came later counts a minute later', async (t) => {
  let names = ['見本ホール'];
  const { clock, plan } = keep(async () => names);
  await plan.refresh();
  names = ['例示会館'];
  clock.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  t.match(plan.current.acceptBody, '例示会館');
  t.notMatch(plan.current.acceptBody, '見本ホール');
});

t.test('the model is told what day it is in Japan, also after midnight', async (t) => {
  const { clock, plan } = keep(async () => []);
  clock.advance(Date.parse('2026-11-23T23:59:59+09:00') - clock.now());
  t.match(plan.current.acceptBody, '今日は2026年11月23日、月曜日です（日本時間、2026-11-23）');
  clock.advance(1_000);
  t.match(plan.current.acceptBody, '今日は2026年11月24日、火曜日です（日本時間、2026-11-24）');
  t.notMatch(plan.current.acceptBody, '11月23日');
});

t.test('a store that does not answer changes nothing, and is asked again', async (t) => {
  let broken = false;
  let asked = 0;
  const { clock, plan } = keep(async () => {
    asked += 1;
    if (broken) throw new Error('away');
    return ['見本ホール'];
  });
  await plan.refresh();
  broken = true;
  const { current } = plan;
  await plan.refresh();
  t.equal(plan.current, current);
  clock.advance(60_000);
  t.equal(asked, 3);
});

t.test('the plan is made anew only when the names have changed', async (t) => {
  const { plan } = keep(async () => ['見本ホール']);
  await plan.refresh();
  const { current } = plan;
  await plan.refresh();
  t.equal(plan.current, current);
});

t.test('nothing is asked any more once it is closed', async (t) => {
  let asked = 0;
  const { clock, plan } = keep(async () => {
    asked += 1;
    return [];
  });
  await plan.refresh();
  plan.close();
  clock.advance(600_000);
  t.equal(asked, 1);
});

t.test('limits of the scenario go before those of the environment', async (t) => {
  const none = keep(async () => [], {
    limits: { callSeconds: null, functionCalls: null, messages: null, identityTries: null },
  }).plan.current;
  t.equal(none.rules.maxCallMs, 60_000);
  t.equal(none.maxFunctionCalls, 30);
  const own = keep(async () => [], {
    limits: { callSeconds: 120, functionCalls: 12, messages: null, identityTries: null },
  }).plan.current;
  t.equal(own.rules.maxCallMs, 120_000);
  t.equal(own.maxFunctionCalls, 12);
});

t.test('names come from briefings that are to come, never from applicants', async (t) => {
  const store = await openTestStore();
  t.teardown(() => store.close());
  const { briefings } = store;
  const now = Date.now();
  const briefing = (briefingId: string, title: string) => ({
    ...emptyBriefing(briefingId),
    title,
    company: '見本商事',
    place: '渋谷会場',
    contact: '03-1234-0000',
  });
  const slot = (slotId: string, briefingId: string, startsAt: number) => ({
    slotId,
    briefingId,
    startsAt,
    endsAt: startsAt + 3_600_000,
    mode: 'on_site' as const,
    place: '別館ホール',
    capacity: null,
    open: true,
  });
  await briefings.putBriefing(briefing('past', '去年の説明会'));
  await briefings.putBriefing(briefing('next', '会社紹介'));
  await briefings.putSlot(slot('slot-past', 'past', now - 86_400_000), now);
  await briefings.putSlot(slot('slot-next', 'next', now + 86_400_000), now);
  await briefings.putApplicant(
    {
      name: {
        full: '山田 太郎',
        family: null,
        given: null,
        fullKana: 'ヤマダ タロウ',
        familyKana: null,
        givenKana: null,
      },
      university: '見本大学',
      faculty: null,
      phones: ['+819012340001'],
      email: null,
      source: 'test',
      externalId: 'p1',
      reservationCode: 'AB1234',
    },
    null,
  );
  t.same(await briefingNames(briefings, now), ['会社紹介', '見本商事', '渋谷会場', '別館ホール']);
});
