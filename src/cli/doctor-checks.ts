import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configWarnings, loadConfig, sidebandUrl, sipHost, type Config } from '../config.ts';
import { DenwabanError, describeError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { packageRoot } from '../lib/package-root.ts';
import { loadMessageTemplates } from '../outbox/message-file.ts';
import { statusAddress } from '../outbox/senders/set-up.ts';
import { createCallsClient, type CallOutcome } from '../realtime/calls.ts';
import { lintScenario } from '../scenario/lint/lint.ts';
import { loadScenario } from '../scenario/load.ts';
import { TOOL_NAMES } from '../scenario/tool-names.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import { withStore } from './store.ts';
import type { Surroundings } from './program.ts';

/** What one look found: in order, worth knowing, or in the way of calls. */
export interface Sign {
  readonly level: 'good' | 'note' | 'bad';
  readonly text: string;
}

const good = (text: string): Sign => ({ level: 'good', text });
const note = (text: string): Sign => ({ level: 'note', text });
const bad = (text: string): Sign => ({ level: 'bad', text });

/** Briefings looked through for dates to come. */
const BRIEFINGS = 200;

/** The environment, as the service would read it; null: it would not start. */
export function checkEnvironment(
  { env }: Surroundings,
  clock: Clock,
): { config: Config | null; signs: Sign[] } {
  try {
    const config = loadConfig(env);
    const warnings = configWarnings(config, env, clock.now());
    return { config, signs: [good('the environment is one to start with'), ...warnings.map(note)] };
  } catch (error) {
    return { config: null, signs: [bad(describeError(error))] };
  }
}

/** Scenario and message texts. */
export async function checkTexts(config: Config): Promise<Sign[]> {
  try {
    const root = packageRoot();
    const scenario = await loadScenario(config.SCENARIO, root);
    await loadMessageTemplates(config.MESSAGES, root);
    const shipped = join(root, 'scenarios', `${config.SCENARIO}.yaml`);
    const path = existsSync(shipped) ? shipped : resolve(config.SCENARIO);
    const findings = lintScenario(config.SCENARIO, await readFile(path, 'utf8'), TOOL_NAMES);
    return [
      good(`scenario ${scenario.id}, version ${scenario.version.slice(0, 12)}`),
      ...(findings.length === 0
        ? []
        : [note(`the scenario has ${findings.length} findings: denwaban scenario lint ${config.SCENARIO}`)]),
    ];
  } catch (error) {
    return [bad(describeError(error))];
  }
}

/** The store, and whether there is anything that callers could confirm. */
export async function checkStore(config: Config, surroundings: Surroundings, clock: Clock): Promise<Sign[]> {
  const embedded = config.DATABASE_URL === '' && config.DATA_DIR !== 'memory://';
  if (embedded && !existsSync(config.DATA_DIR))
    return [
      note(`${config.DATA_DIR} is not there yet: it is made at the first start, and the roster is empty`),
    ];
  try {
    return await withStore({ ...surroundings, err: () => undefined }, false, async ({ kind, briefings }) => [
      good(
        kind === 'pglite'
          ? `the embedded store in ${config.DATA_DIR} opens`
          : 'the PostgreSQL server answers',
      ),
      await checkRoster(briefings, clock),
    ]);
  } catch (error) {
    if (error instanceof DenwabanError && error.code === 'DW_STORE_LOCKED')
      return [good(`the embedded store in ${config.DATA_DIR} is in use: the service runs`)];
    return [bad(`the store does not open. ${describeError(error)}`)];
  }
}

async function checkRoster(briefings: BriefingStore, clock: Clock): Promise<Sign> {
  let dates = 0;
  for (const { briefingId } of (await briefings.listBriefings({ after: null, limit: BRIEFINGS })).items)
    dates += (await briefings.listSlots(briefingId, clock.now())).length;
  return dates > 0
    ? good(`${dates} dates of briefings are to come`)
    : note('no briefing is to come, so nobody is known: denwaban roster import FILE');
}

/** The way to OpenAI, the key and the model. */
export async function checkOpenAi(config: Config, clock: Clock): Promise<Sign[]> {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, REALTIME_MODEL: model } = config;
  const calls = createCallsClient({ baseUrl, apiKey, model, clock });
  try {
    return [signOf(await calls.warmUp(), config)];
  } finally {
    await calls.close();
  }
}

function signOf(outcome: CallOutcome, config: Config): Sign {
  const { REALTIME_MODEL: model, OPENAI_BASE_URL: base } = config;
  switch (outcome.kind) {
    case 'done':
      return good(`OpenAI takes the key and has ${model}`);
    case 'gone':
      return bad(`OpenAI takes the key, but has no ${model} for it: check REALTIME_MODEL`);
    case 'unauthorised':
      return bad(
        `OpenAI refuses the key (${outcome.status}): OPENAI_API_KEY has to be alive, of the project of the SIP address, and allowed to use Realtime`,
      );
    case 'rate_limited':
      return note('OpenAI limits requests just now (429); try again in a minute');
    case 'unreachable':
      return bad(
        `${base} cannot be reached (${outcome.code}): look at DNS, firewall and proxy; ${sidebandUrl(config)} is needed, too`,
      );
    case 'ambiguous':
      return bad(`${base} does not answer in time (${outcome.code})`);
    case 'refused':
    case 'taken':
    case 'unavailable':
      return bad(`${base} answers with an error (${'status' in outcome ? outcome.status : outcome.kind})`);
  }
}

/** What has to be entered elsewhere, ready to be copied. */
export function linesToEnter(config: Config): string[] {
  const base =
    config.PUBLIC_URL === '' ? 'https://<your public address>' : config.PUBLIC_URL.replace(/\/$/, '');
  const project = config.OPENAI_PROJECT_ID === '' ? '<PROJECT_ID>' : config.OPENAI_PROJECT_ID;
  return [
    `OpenAI, webhook:           ${base}/openai-webhook   event realtime.call.incoming`,
    `trunk, origination URI:    sip:${project}@${sipHost(config) ?? '<SIP host of the region>'};transport=tls`,
    ...(config.SMS_SENDER === 'twilio'
      ? [`Twilio, status of messages: ${statusAddress(base)} (told with each message)`]
      : []),
  ];
}
