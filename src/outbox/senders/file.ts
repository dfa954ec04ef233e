import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { LookUpResult, OutgoingMessage, Sender, SendResult } from '../ports.ts';

/** The file holds numbers and words of messages: for its owner only. */
const MODE = 0o600;

export interface FileSenderOptions {
  /** One JSON object per line. Its directory is made when it is missing. */
  readonly file: string;
  readonly clock: Clock;
}

/** Sends nothing: shows in a file what would be sent, each message once. */
export function createFileSender({ file, clock }: FileSenderOptions): Sender {
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time, so that lines never mix. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    repeatable: false,
    settleMs: 0,
    send: async (message, reference) => inTurn(async () => append(file, message, reference, clock.now())),
    lookUp: async (_, reference) => inTurn(async () => find(file, reference)),
    close: async () => {
      await last;
    },
  };
}

async function append(
  file: string,
  message: OutgoingMessage,
  reference: string,
  now: number,
): Promise<SendResult> {
  const { to, subject, body, calendar, templateKey } = message;
  const entry = {
    reference,
    at: new Date(now).toISOString(),
    template: templateKey,
    to,
    subject,
    body,
    ...(calendar === null ? {} : { calendar }),
  };
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a', MODE);
    try {
      // A line that a crash has cut off must not swallow this one.
      const { size } = await handle.stat();
      const start = size > 0 && !(await endsWithNewline(file, size)) ? '\n' : '';
      await handle.writeFile(`${start}${JSON.stringify(entry)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return { outcome: 'sent', providerId: null };
  } catch (error) {
    return { outcome: 'unknown', code: codeOf(error) };
  }
}

async function endsWithNewline(file: string, size: number): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } finally {
    await handle.close();
  }
}

async function find(file: string, reference: string): Promise<LookUpResult> {
  try {
    const text = await readFile(file, 'utf8');
    const found = text.split('\n').some((line) => line.includes(reference) && isEntry(line));
    return found ? { outcome: 'sent', providerId: null } : { outcome: 'absent' };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { outcome: 'absent' } : { outcome: 'unknown', code: codeOf(error) };
  }
}

/** A line that a crash has cut off is no entry. */
function isEntry(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'file_error';
}
