import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { describeTransfers, missingTargets, offeredTargets } from '../../src/scenario/transfer-targets.ts';

const shipped = await loadScenario('attendance-ja', packageRoot());
const scenario: Scenario = {
  ...shipped,
  transfers: [
    { key: 'recruiter', label: '採用担当', when: '担当者と話したいと言われたとき' },
    { key: 'reception', label: '会場受付', when: '会場に着いて困っているとき' },
  ],
};
const targets = new Map([
  ['recruiter', 'tel:+81312340000'],
  ['director', 'tel:+81312340001'],
]);
const tools = [
  { name: 'transfer_to_human', description: 'Connect.', parameters: {} },
  { name: 'end_call', description: 'End.', parameters: {} },
];

t.test('only targets that the scenario names are offered', async (t) => {
  t.same([...offeredTargets(scenario, targets).keys()], ['recruiter']);
});

t.test('a scenario that names none offers all of the environment', async (t) => {
  t.same(offeredTargets({ ...scenario, transfers: [] }, targets), targets);
});

t.test('keys without a number are told', async (t) => {
  t.same(missingTargets(scenario, targets), ['reception']);
});

t.test('the model reads who a target is and when, and no number', async (t) => {
  const [transfer, end] = describeTransfers(scenario, tools, offeredTargets(scenario, targets));
  t.equal(transfer?.description, 'Connect.\nrecruiter: 採用担当 — 担当者と話したいと言われたとき');
  t.equal(end?.description, 'End.');
});
