import type { Environment } from './check-schema.ts';
import { KNOWN_VOICES, modelWarning } from './models.ts';
import { ConfigSchema, type Config } from './schema.ts';

/**
 * What an operator should know at the start although the environment is usable: one sentence each.
 * No value of a secret occurs in them.
 *
 * @param nowMs wall clock, ms since the Unix epoch: models end on a day
 */
export function configWarnings(config: Config, env: Environment, nowMs: number): string[] {
  const warnings = nearMisses(env);
  if (config.OPENAI_WEBHOOK_SECRET === '') {
    const reach = config.HOST === '' || isLocal(config.HOST) ? '' : ', and HOST lets other machines in';
    warnings.push(`OPENAI_WEBHOOK_SECRET is not set: webhooks are not verified${reach}`);
  }
  const ending = modelWarning(config.REALTIME_MODEL, nowMs);
  if (ending !== null) warnings.push(`REALTIME_MODEL: ${ending}`);
  if (!KNOWN_VOICES.includes(config.DEFAULT_VOICE)) {
    warnings.push(`DEFAULT_VOICE is none of the voices known here: ${KNOWN_VOICES.join(', ')}`);
  }
  if (config.NODE_ENV === 'production' && config.DATABASE_URL === '' && config.DATA_DIR === 'memory://') {
    warnings.push('DATA_DIR is memory://: every call record is lost when the process ends');
  }
  if (config.NODE_ENV === 'production' && config.SMS_SENDER === 'file') {
    warnings.push('SMS_SENDER is file: no text message leaves');
  }
  return warnings;
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Shorter names have too many honest neighbours: HOME is two letters away from HOST. */
const SHORTEST_NAME = 8;
const FARTHEST_MISS = 2;

/** Variables whose name is almost one of ours while ours is not set: a slip of the keyboard. */
function nearMisses(env: Environment): string[] {
  const known = Object.keys(ConfigSchema.properties);
  const warnings: string[] = [];
  for (const name of Object.keys(env)) {
    if (known.includes(name)) continue;
    const meant = known.find(
      (candidate) =>
        candidate.length >= SHORTEST_NAME &&
        env[candidate] === undefined &&
        distance(name.toUpperCase(), candidate) <= FARTHEST_MISS,
    );
    if (meant !== undefined) warnings.push(`${name} is not read; did you mean ${meant}?`);
  }
  return warnings;
}

/** Letters to insert, delete, replace or swap with the next one to get from `a` to `b`; stops counting above the limit. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > FARTHEST_MISS) return FARTHEST_MISS + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? FARTHEST_MISS + 1;
}
