import { createTransport } from 'nodemailer';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import type { Sender, SendResult } from '../ports.ts';

/** One mail from the connection to the server's word, ms. */
const TIMEOUT_MS = 10_000;
/** Waiting for TCP, for the greeting, and for each answer, ms. */
const STEP_TIMEOUT_MS = 5_000;

export interface SmtpOptions {
  /** smtp:// or smtps://, with user and password if the server wants them. */
  readonly url: string;
  /** Sender: an address, or `Name <address>`. */
  readonly from: string;
  readonly clock: Clock;
  /** Default: 10 s. */
  readonly timeoutMs?: number;
}

/**
 * E-mail by SMTP. The message's id is its Message-ID, so that a mail which had to be sent again is the same mail to
 * mailboxes; SMTP has no way to ask whether a first one arrived.
 */
export function createSmtpSender(options: SmtpOptions): Sender {
  const transport = createTransport(
    {
      url: options.url,
      connectionTimeout: STEP_TIMEOUT_MS,
      greetingTimeout: STEP_TIMEOUT_MS,
      socketTimeout: STEP_TIMEOUT_MS,
      dnsTimeout: STEP_TIMEOUT_MS,
      requireTLS: wantsTls(options.url),
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: options.from },
  );
  const domain = /@([\w.-]+)>?\s*$/.exec(options.from)?.[1] ?? 'localhost';
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    repeatable: true,
    settleMs: 0,
    send: async (message, reference) => {
      try {
        const info = await withDeadline(
          options.clock,
          timeoutMs,
          transport.sendMail({
            to: message.to,
            subject: message.subject ?? '',
            text: message.body,
            ...(message.calendar === null ? {} : { icalEvent: eventOf(message.calendar) }),
            messageId: `<${reference}@${domain}>`,
            headers: { 'Auto-Submitted': 'auto-generated' },
          }),
          () => new SmtpTimeout(),
        );
        return { outcome: 'sent', providerId: info.messageId };
      } catch (error) {
        return resultOf(error);
      }
    },
    lookUp: async () => ({ outcome: 'unknown', code: 'no_look_up' }),
    close: async () => transport.close(),
  };
}

/**
 * The calendar entry as mail programs look for it: beside the text, which makes them offer it, and as a file. Its method
 * stands in the part's type too, and must be the same there (RFC 6047).
 */
function eventOf(calendar: string): { method: string; filename: string; content: string } {
  const method = /^METHOD:([A-Z]+)\r?$/m.exec(calendar)?.[1] ?? 'PUBLISH';
  return { method, filename: 'briefing.ics', content: calendar };
}

/** A password goes over the network encrypted or not at all; smtps:// is encrypted anyway. */
function wantsTls(address: string): boolean {
  const { protocol, username, hostname } = new URL(address);
  return protocol === 'smtp:' && username !== '' && !/^(localhost|127\.|\[::1\])/.test(hostname);
}

class SmtpTimeout extends Error {
  readonly code = 'timeout';
}

/** Codes of failures before the server was told of the mail. */
const BEFORE_SENDING = new Set([
  'EDNS',
  'ECONNREFUSED',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);

function resultOf(error: unknown): SendResult {
  const { code = 'smtp_error', command = '', responseCode } = (error ?? {}) as SmtpError;
  if (responseCode !== undefined && responseCode >= 400) {
    const answer = `smtp_${responseCode}`;
    // Wrong credentials are not the mail's fault.
    const later = responseCode < 500 || code === 'EAUTH';
    return later
      ? { outcome: 'busy', code: answer, retryAfterMs: null }
      : { outcome: 'refused', code: answer };
  }
  if (BEFORE_SENDING.has(code) || command === 'CONN') return { outcome: 'busy', code, retryAfterMs: null };
  return { outcome: 'unknown', code };
}

interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
}
