import { isIP } from 'node:net';
import { MESSAGE_RULES } from './message-rules.ts';
import { isAuditKey, isWebhookSecret } from './secrets.ts';
import { splitList, isLoopback, parseUrl } from './urls.ts';
import type { ConfigProblem } from './problem.ts';
import type { Config, ConfigName } from './schema.ts';

/** Rules that a schema cannot say, one per variable. Each answers with what is wrong, or null. */
const RULES: Partial<Record<ConfigName, Rule>> = {
  ...MESSAGE_RULES,

  RETENTION_HIRING_YEAR_END: (config) =>
    // The year is one without 29 February: the date must exist in every year.
    /^\d{2}-\d{2}$/.test(config.RETENTION_HIRING_YEAR_END) &&
    new Date(`2026-${config.RETENTION_HIRING_YEAR_END}T00:00:00Z`).getTime() > 0 &&
    new Date(`2026-${config.RETENTION_HIRING_YEAR_END}T00:00:00Z`).toISOString().slice(5, 10) ===
      config.RETENTION_HIRING_YEAR_END
      ? null
      : ['is no day of every year', 'Write month and day as MM-DD, such as 03-31'],

  OPENAI_API_KEY: (config) => {
    const key = config.OPENAI_API_KEY;
    if (!/^[\x21-\x7e]+$/.test(key) || /["'`]/.test(key)) {
      return ['has a blank, a quote or a letter outside ASCII in it', 'Copy the key alone'];
    }
    if (/\.\.\.|^<|>$|^(sk-)?(your|x{3,}|change|replace|placeholder)/i.test(key)) {
      return ['is a placeholder', 'Create a key at platform.openai.com and set it'];
    }
    return null;
  },

  OPENAI_WEBHOOK_SECRET: (config) => {
    if (config.OPENAI_WEBHOOK_SECRET === '') {
      if (config.NODE_ENV !== 'production') return null;
      return ['is not set, and production verifies every webhook', 'Set the whsec_… shown by OpenAI'];
    }
    const secrets = splitList(config.OPENAI_WEBHOOK_SECRET);
    if (secrets.length > 3) return ['holds more than three secrets', 'Keep the newest, drop the oldest'];
    const wrong = secrets.findIndex((secret) => !isWebhookSecret(secret));
    if (wrong !== -1) {
      return [`secret ${wrong + 1} is not whsec_ and base64 of 24 to 64 bytes`, 'Copy it whole from OpenAI'];
    }
    if (new Set(secrets).size !== secrets.length) return ['holds a secret twice', 'Write each one once'];
    return null;
  },

  OPENAI_PROJECT_ID: (config) =>
    config.OPENAI_PROJECT_ID === '' || /^proj_[\w-]{1,100}$/.test(config.OPENAI_PROJECT_ID)
      ? null
      : ['does not look like proj_…', "Copy the project's id from its settings at OpenAI"],

  OPENAI_BASE_URL: (config) => {
    const url = parseUrl(config.OPENAI_BASE_URL);
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      return ['is no http address', 'Write https://host/v1'];
    }
    if (url.username !== '' || url.password !== '') return ['holds credentials', 'Write it without them'];
    if (/[?#]/.test(config.OPENAI_BASE_URL)) return ['has a query or a hash', 'Write it without'];
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      return ['would send the key unencrypted to another machine', 'Use https; http is for localhost only'];
    }
    return null;
  },

  REALTIME_ORIGIN: (config) => {
    if (config.REALTIME_ORIGIN === '') return null;
    const url = parseUrl(config.REALTIME_ORIGIN);
    if (url !== null && /^https?:$/.test(url.protocol) && url.origin === config.REALTIME_ORIGIN) return null;
    return ['is no origin', 'Write scheme and host such as https://api.openai.com, or leave it empty'];
  },

  REALTIME_MODEL: (config) =>
    /^[\w.:-]{1,100}$/.test(config.REALTIME_MODEL)
      ? null
      : ['is no model name', 'Write a name such as gpt-realtime-2.1'],

  DEFAULT_VOICE: (config) =>
    /^[\w-]{1,100}$/.test(config.DEFAULT_VOICE)
      ? null
      : ['is no voice name', 'Write a name such as marin or cedar'],

  HOST: (config) =>
    config.HOST === '' || isIP(config.HOST) !== 0 || /^[a-z][a-z0-9.-]*$/i.test(config.HOST)
      ? null
      : ['is neither an IP address nor a host name', 'Write it without scheme and port'],

  TRUST_PROXY: (config) => {
    const wrong = splitList(config.TRUST_PROXY).findIndex((range) => !isNarrowRange(range));
    return wrong === -1
      ? null
      : [
          `entry ${wrong + 1} is no CIDR range, or trusts far more than your proxies`,
          'Write ranges such as 10.0.0.0/8; hop counts, true and whole address spaces can be forged',
        ];
  },

  DATABASE_URL: (config) => {
    if (config.DATABASE_URL === '') return null;
    const url = parseUrl(config.DATABASE_URL);
    if (url !== null && /^postgres(ql)?:$/.test(url.protocol)) return null;
    return ['is no PostgreSQL address', 'Write postgres://user:password@host:5432/database'];
  },

  AUDIT_KEY: (config) => {
    if (config.AUDIT_KEY === '') {
      if (config.NODE_ENV !== 'production' || config.DATABASE_URL === '') return null;
      return [
        'is not set, and every node over a PostgreSQL server signs the audit with the same key',
        'Make one (openssl rand -base64 32) and give it to every node; a node that has signed before keeps its key in DATA_DIR/audit.key: put that one behind the new one',
      ];
    }
    const keys = splitList(config.AUDIT_KEY);
    if (keys.length > 3) return ['holds more than three keys', 'Keep the newest, drop the oldest'];
    const wrong = keys.findIndex((key) => !isAuditKey(key));
    if (wrong !== -1) {
      return [`key ${wrong + 1} is not base64 of 32 to 64 bytes`, 'Make one: openssl rand -base64 32'];
    }
    return new Set(keys).size === keys.length ? null : ['holds a key twice', 'Write each one once'];
  },

  DATA_DIR: (config) =>
    /^[a-z][a-z0-9+.-]*:\/\//i.test(config.DATA_DIR) && config.DATA_DIR !== 'memory://'
      ? ['is an address', 'Write a directory, or memory://; a server belongs in DATABASE_URL']
      : null,

  TOOL_TIMEOUT_MS: (config) =>
    config.TOOL_TIMEOUT_MS > config.TOOL_FILLER_MS
      ? null
      : ['is not longer than TOOL_FILLER_MS', 'Raise it, or lower TOOL_FILLER_MS'],

  TWILIO_ACCOUNT_SID: (config) =>
    config.TWILIO_ACCOUNT_SID === '' || /^AC[0-9a-f]{32}$/.test(config.TWILIO_ACCOUNT_SID)
      ? null
      : ['is no account SID', 'Write AC and 32 hex digits, as the Twilio console shows it'],

  TRANSFER_TARGETS: (config) => {
    const pairs = splitList(config.TRANSFER_TARGETS);
    const wrong = pairs.findIndex((pair) => !TRANSFER_PAIR.test(pair));
    if (wrong !== -1) {
      return [
        `entry ${wrong + 1} is no key=tel:+81… or key=sip:user@host`,
        'A key is lower case letters, digits and _; telephone numbers are Japanese, in E.164',
      ];
    }
    const keys = pairs.map((pair) => pair.slice(0, pair.indexOf('=')));
    return new Set(keys).size === keys.length ? null : ['names a key twice', 'Use each key once'];
  },
};

/** Reason and remedy. */
export type Finding = readonly [reason: string, remedy: string];

/** What is wrong with one variable, or null. */
export type Rule = (config: Config) => Finding | null;

/** Only Japanese numbers: a transfer abroad is how telephone fraud earns its money. */
const TRANSFER_PAIR = /^[a-z][a-z0-9_]{0,31}=(tel:\+81[1-9]\d{8,9}|sips?:[\w.+~-]+@[\w.-]+(:\d{1,5})?)$/;

/** Applies every rule. */
export function checkRules(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, rule] of Object.entries(RULES)) {
    const finding = rule(config);
    if (finding !== null) {
      problems.push({ name: name as ConfigName, reason: finding[0], remedy: finding[1] });
    }
  }
  return problems;
}

/** Narrowest prefixes that still cover the private ranges 10.0.0.0/8 and fc00::/7. */
const WIDEST_PREFIX = { 4: 8, 6: 7 } as const;

function isNarrowRange(range: string): boolean {
  const [address = '', prefix, ...rest] = range.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  const length = family === 4 ? 32 : 128;
  const widest = family === 4 ? WIDEST_PREFIX[4] : WIDEST_PREFIX[6];
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= widest && Number(prefix) <= length;
}
