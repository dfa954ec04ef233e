import { checkSchema, type Environment } from './config/check-schema.ts';
import { problemLine } from './config/problem.ts';
import { checkRules } from './config/rules.ts';
import type { Config } from './config/schema.ts';
import { DenwabanError } from './errors.ts';

export { ConfigSchema, type Config } from './config/schema.ts';
export {
  auditSettings,
  listenHost,
  mailAddress,
  retentionPeriods,
  sidebandUrl,
  sipHost,
  transferTargets,
  trustedProxies,
  webhookSecrets,
  webhookTargets,
} from './config/derived.ts';
export { configWarnings } from './config/warnings.ts';
export type { Environment } from './config/check-schema.ts';

/**
 * Reads the environment: every variable checked, defaults filled in, frozen.
 * OPENAI_BASE_URL comes without a slash at its end, so that paths can be appended.
 *
 * @throws DenwabanError DW_CONFIG naming every unusable variable on a line of its own, with reason and remedy.
 *   No value is repeated, so the message may go to any log.
 */
export function loadConfig(env: Environment): Config {
  const { values, problems } = checkSchema(env);
  const unusable = new Set(problems.map((problem) => problem.name));
  for (const problem of checkRules(values)) {
    if (!unusable.has(problem.name)) problems.push(problem);
  }
  if (problems.length > 0) {
    const lines = problems.map((problem) => `  ${problemLine(problem)}`);
    throw new DenwabanError('DW_CONFIG', `The environment is not usable:\n${lines.join('\n')}`);
  }
  return Object.freeze({ ...values, OPENAI_BASE_URL: values.OPENAI_BASE_URL.replace(/\/+$/, '') });
}
