import type { Rule } from './rules.ts';
import type { Config, ConfigName } from './schema.ts';
import { isWebhookSecret } from './secrets.ts';
import { isLoopback, parseUrl, splitList } from './urls.ts';

/** Variables that a sender of text messages cannot do without. */
const NEEDED_BY: Readonly<Record<Config['SMS_SENDER'], readonly ConfigName[]>> = {
  file: [],
  off: [],
  twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'SMS_FROM'],
  http: ['SMS_HTTP_URL'],
};

/** Rules of what leaves the house: text messages, mail, webhooks. */
export const MESSAGE_RULES: Partial<Record<ConfigName, Rule>> = {
  SMS_SENDER: (config) => {
    const missing = NEEDED_BY[config.SMS_SENDER].find((name) => config[name] === '');
    return missing === undefined
      ? null
      : [`is ${config.SMS_SENDER}, but ${missing} is not set`, `Set ${missing}, or choose file or off`];
  },

  TWILIO_AUTH_TOKEN: (config) =>
    config.TWILIO_AUTH_TOKEN === '' || /^[0-9a-f]{32}$/.test(config.TWILIO_AUTH_TOKEN)
      ? null
      : ['is not 32 hex digits', 'Copy it whole from the Twilio console'],

  SMS_FROM: (config) =>
    config.SMS_FROM === '' ||
    /^(\+[1-9]\d{7,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/.test(config.SMS_FROM)
      ? null
      : ['is no sender', 'Write a number in E.164, an MG… service, or up to 11 letters and digits'],

  PUBLIC_URL: (config) => (config.PUBLIC_URL === '' ? null : addressFinding(config.PUBLIC_URL)),

  SMS_HTTP_URL: (config) => (config.SMS_HTTP_URL === '' ? null : addressFinding(config.SMS_HTTP_URL)),

  SMTP_URL: (config) => {
    if (config.SMTP_URL === '') return null;
    const url = parseUrl(config.SMTP_URL);
    if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
      return ['is no SMTP address', 'Write smtps://user:password@host:465 or smtp://host:587'];
    }
    return config.MAIL_FROM === '' ? ['is set, but MAIL_FROM is not', 'Set the address that sends'] : null;
  },

  MAIL_FROM: (config) => {
    if (config.MAIL_FROM === '') return null;
    const address = /^[^<>@",;]{1,64} <(?<inner>[^<>]+)>$/.exec(config.MAIL_FROM)?.groups?.['inner'];
    return /^[\w.+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(address ?? config.MAIL_FROM)
      ? null
      : ['is no mail address', 'Write desk@example.jp or Name <desk@example.jp>'];
  },

  QUIET_HOURS: (config) => {
    if (config.QUIET_HOURS === '') return null;
    const hour = '([01]\\d|2[0-3]):[0-5]\\d';
    const readable = new RegExp(`^${hour}-${hour}$`).test(config.QUIET_HOURS);
    const [from, until] = config.QUIET_HOURS.split('-');
    return readable && from !== until
      ? null
      : ['is no span of hours', 'Write from and until in Asia/Tokyo, such as 20:00-09:00'];
  },

  WEBHOOK_TARGETS: (config) => targetsFinding(config),
};

function addressFinding(text: string): readonly [string, string] | null {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return ['is no http address', 'Write https://host/path'];
  if (url.username !== '' || url.password !== '') return ['holds credentials', 'Write it without them'];
  if (/[?#]/.test(text)) return ['has a query or a hash', 'Write it without'];
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return ['would send personal data unencrypted', 'Use https; http is for localhost only'];
  }
  return null;
}

/** `name=whsec_…@https://host/path`: base64 has no @, so that the first one ends the secret. */
const TARGET = /^(?<name>[a-z][a-z0-9_]{0,31})=(?<secret>[^@]+)@(?<url>.+)$/;

function targetsFinding(config: Config): readonly [string, string] | null {
  const names = new Set<string>();
  for (const [index, entry] of splitList(config.WEBHOOK_TARGETS).entries()) {
    const { name = '', secret = '', url = '' } = TARGET.exec(entry)?.groups ?? {};
    const remedy = 'Write name=whsec_…@https://host/path; a name is lower case letters, digits and _';
    if (name === '' || !isWebhookSecret(secret)) {
      return [`entry ${index + 1} is no name=whsec_…@https://…, with base64 of 24 to 64 bytes`, remedy];
    }
    const parsed = parseUrl(url);
    const local = parsed !== null && isLoopback(parsed.hostname) && config.NODE_ENV !== 'production';
    if (parsed === null || (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && local))) {
      return [
        `entry ${index + 1} has no https address`,
        'Use https; http is for localhost, outside production',
      ];
    }
    if (parsed.username !== '' || parsed.password !== '') {
      return [`entry ${index + 1} holds credentials in its address`, 'Write it without them'];
    }
    if (names.has(name)) return ['names a target twice', 'Use each name once'];
    names.add(name);
  }
  return null;
}
