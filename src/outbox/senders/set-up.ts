import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { OutboundKind, Sender, Senders } from '../ports.ts';
import { createFileSender } from './file.ts';
import { createGenericHttpSender } from './generic-http.ts';
import { createMemorySender } from './memory.ts';
import { createSmtpSender } from './smtp.ts';
import { createTwilioSender } from './twilio.ts';
import { createWebhookSender, type WebhookTarget } from './webhook.ts';

/** Where reports of Twilio arrive, under the public address; the message's id follows. */
export const STATUS_PATH = '/sms-status';

/** Where DATA_DIR keeps nothing, the file does not either. */
const MEMORY_DIR = 'memory://';
const FILE = 'messages.jsonl';

/** The part of the configuration that names the ways out, checked: what a sender needs is there. */
export interface SenderSettings {
  readonly SMS_SENDER: 'file' | 'twilio' | 'http' | 'off';
  readonly TWILIO_ACCOUNT_SID: string;
  readonly TWILIO_AUTH_TOKEN: string;
  readonly SMS_FROM: string;
  readonly PUBLIC_URL: string;
  readonly SMS_HTTP_URL: string;
  readonly SMS_HTTP_TOKEN: string;
  readonly SMTP_URL: string;
  readonly MAIL_FROM: string;
  readonly DATA_DIR: string;
}

/** The senders that the configuration names. A kind without one is not offered. */
export function createSenders(
  settings: SenderSettings,
  targets: readonly WebhookTarget[],
  clock: Clock,
): Senders {
  const senders = new Map<OutboundKind, Sender>();
  const file =
    settings.SMS_SENDER !== 'file'
      ? null
      : settings.DATA_DIR === MEMORY_DIR
        ? createMemorySender()
        : createFileSender({ file: join(settings.DATA_DIR, FILE), clock });

  const sms = smsSender(settings, clock) ?? file;
  if (sms !== null) senders.set('sms', sms);
  const mail =
    settings.SMTP_URL === ''
      ? file
      : createSmtpSender({ url: settings.SMTP_URL, from: settings.MAIL_FROM, clock });
  if (mail !== null) senders.set('email', mail);
  if (targets.length > 0) senders.set('webhook', createWebhookSender(targets, clock));
  return senders;
}

function smsSender(settings: SenderSettings, clock: Clock): Sender | null {
  if (settings.SMS_SENDER === 'http') {
    return createGenericHttpSender({ url: settings.SMS_HTTP_URL, token: settings.SMS_HTTP_TOKEN, clock });
  }
  if (settings.SMS_SENDER !== 'twilio') return null;
  return createTwilioSender({
    accountSid: settings.TWILIO_ACCOUNT_SID,
    authToken: settings.TWILIO_AUTH_TOKEN,
    from: settings.SMS_FROM,
    statusCallback: settings.PUBLIC_URL === '' ? null : statusAddress(settings.PUBLIC_URL),
    clock,
  });
}

/** The address that Twilio reports to, without the message's id. */
export function statusAddress(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${STATUS_PATH}`;
}
