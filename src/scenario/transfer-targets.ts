import type { Scenario } from './scenario.ts';
import type { SessionTool } from './session-config.ts';

/** The tool that connects callers, as scenarios name it. */
const TRANSFER_TOOL = 'transfer_to_human';

/** The targets that calls of a scenario may use: those of the environment that the scenario names, or all. */
export function offeredTargets(
  scenario: Scenario,
  targets: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (scenario.transfers.length === 0) return targets;
  return new Map(
    scenario.transfers.flatMap(({ key }) => {
      const uri = targets.get(key);
      return uri === undefined ? [] : [[key, uri] as const];
    }),
  );
}

/** Keys that the scenario names and the environment does not. */
export function missingTargets(scenario: Scenario, targets: ReadonlyMap<string, string>): string[] {
  return scenario.transfers.flatMap(({ key }) => (targets.has(key) ? [] : [key]));
}

/** The tools with who the transfer targets are and when each is meant: no number, the model never sees one. */
export function describeTransfers(
  scenario: Scenario,
  tools: readonly SessionTool[],
  targets: ReadonlyMap<string, string>,
): SessionTool[] {
  const lines = scenario.transfers
    .filter(({ key }) => targets.has(key))
    .map(({ key, label, when }) => `${key}: ${label} — ${when}`);
  return tools.map((tool) =>
    tool.name === TRANSFER_TOOL && lines.length > 0
      ? { ...tool, description: `${tool.description}\n${lines.join('\n')}` }
      : tool,
  );
}
