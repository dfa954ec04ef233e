import type { RetentionPeriods } from '../lib/retention-periods.ts';
import { splitList } from './urls.ts';
import type { Config } from './schema.ts';

/** The webhook secrets, newest first. Empty: deliveries are not verified. */
export function webhookSecrets(config: Config): string[] {
  return splitList(config.OPENAI_WEBHOOK_SECRET);
}

/** Address of the sideband without query, such as wss://api.openai.com/v1/realtime. */
export function sidebandUrl(config: Config): string {
  const url = new URL(`${config.OPENAI_BASE_URL}/realtime`);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url.href;
}

/** OpenAI's SIP host of a region, by the host of its REST API: a call is found only where it came in. */
const SIP_HOSTS: Readonly<Record<string, string>> = {
  'api.openai.com': 'sip.api.openai.com',
  'eu.api.openai.com': 'sip-eu.api.openai.com',
};

/** Host that the trunk sends calls to; null: OpenAI names none for this region. A gateway in front is of no region. */
export function sipHost(config: Pick<Config, 'OPENAI_BASE_URL'>): string | null {
  const { hostname } = new URL(config.OPENAI_BASE_URL);
  if (!hostname.endsWith('.openai.com')) return 'sip.api.openai.com';
  return SIP_HOSTS[hostname] ?? null;
}

/** Address to listen on. Without a webhook secret only this machine can reach the server by default. */
export function listenHost(config: Config): string {
  if (config.HOST !== '') return config.HOST;
  return config.OPENAI_WEBHOOK_SECRET === '' ? '127.0.0.1' : '0.0.0.0';
}

/** Proxies whose X-Forwarded-* headers count: what Fastify takes as `trustProxy`. */
export function trustedProxies(config: Config): string[] | false {
  const ranges = splitList(config.TRUST_PROXY);
  return ranges.length === 0 ? false : ranges;
}

/** Transfer targets by key, in the order written: `tel:` or `sip:` URIs. */
export function transferTargets(config: Config): ReadonlyMap<string, string> {
  return new Map(
    splitList(config.TRANSFER_TARGETS).map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

/** `desk@example.jp` of MAIL_FROM, which may be `Name <desk@example.jp>`; null: none is set. */
export function mailAddress({ MAIL_FROM }: Pick<Config, 'MAIL_FROM'>): string | null {
  const address = /<([^<>]+)>\s*$/.exec(MAIL_FROM)?.[1] ?? MAIL_FROM.trim();
  return address === '' ? null : address;
}

/** Another system that is told of changes. */
export interface ConfiguredTarget {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
}

/** The webhook targets in the order written. */
export function webhookTargets(config: Config): ConfiguredTarget[] {
  return splitList(config.WEBHOOK_TARGETS).map((entry) => {
    const equals = entry.indexOf('=');
    const at = entry.indexOf('@');
    return { name: entry.slice(0, equals), secret: entry.slice(equals + 1, at), url: entry.slice(at + 1) };
  });
}

/** The lifetimes of data. */
export function retentionPeriods(config: Config): RetentionPeriods {
  return {
    callDays: config.RETENTION_CALL_DAYS,
    messageDays: config.RETENTION_MESSAGE_DAYS,
    outboundDays: config.RETENTION_OUTBOUND_DAYS,
    technicalDays: config.RETENTION_TECHNICAL_DAYS,
    counterDays: config.RETENTION_COUNTER_DAYS,
    recordDays: config.RETENTION_RECORD_DAYS,
    hiringYearEnd: config.RETENTION_HIRING_YEAR_END,
    hiringYearLeadDays: config.RETENTION_HIRING_YEAR_LEAD_DAYS,
    hiringYearsMore: config.RETENTION_HIRING_YEARS_MORE,
  };
}

/** Keys of the audit, the newest first, and where its anchors go. */
export function auditSettings(config: Pick<Config, 'AUDIT_KEY' | 'AUDIT_ANCHOR_DIR' | 'DATA_DIR'>): {
  readonly keys: readonly string[];
  readonly anchorDir: string;
  readonly dataDir: string;
} {
  return {
    keys: splitList(config.AUDIT_KEY),
    anchorDir: config.AUDIT_ANCHOR_DIR,
    dataDir: config.DATA_DIR,
  };
}
