import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Test } from 'tap';

/** What arrived at a mail server, and how it answers. */
export interface Mailbox {
  readonly url: string;
  readonly mails: string[];
  /** Status that the next mail is answered with, at the recipient or after the data. */
  refuse: { at: 'rcpt' | 'data'; code: number } | 'silent' | null;
}

/** A real SMTP server. */
export async function startMailbox(t: Test): Promise<Mailbox> {
  const box: Mailbox = { url: '', mails: [], refuse: null };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, done) => {
      if (box.refuse !== null && box.refuse !== 'silent' && box.refuse.at === 'rcpt') {
        done(Object.assign(new Error('no'), { responseCode: box.refuse.code }));
      } else done();
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (box.refuse !== null && box.refuse !== 'silent') {
          done(Object.assign(new Error('no'), { responseCode: box.refuse.code }));
          return;
        }
        box.mails.push(Buffer.concat(chunks).toString('utf8'));
        if (box.refuse === null) done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.teardown(
    async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  return Object.assign(box, { url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}` });
}

/** A part of a mail as a mail program sees it. */
export interface MailPart {
  /** The whole Content-Type, on one line. */
  readonly type: string;
  readonly disposition: string;
  readonly text: string;
}

/** The parts of a mail in their order, those within others too, without what only holds others. */
export function partsOf(mail: string): MailPart[] {
  const end = mail.indexOf('\r\n\r\n');
  const head = mail.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const body = mail.slice(end + 4);
  const type = field('Content-Type');
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary !== undefined) {
    const inner = body.split(`--${boundary}`).slice(1, -1);
    return inner.flatMap((part) => partsOf(part.replace(/^\r\n/, '')));
  }
  return [
    {
      type,
      disposition: field('Content-Disposition'),
      text: decoded(body, field('Content-Transfer-Encoding')),
    },
  ];
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
