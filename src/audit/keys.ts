import { createHmac } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DenwabanError } from '../errors.ts';
import type { Random } from '../lib/random.ts';
import type { AuditSigner } from '../store/audit-ports.ts';

/** Bytes of a key. */
const KEY_BYTES = 32;
/** File of the key in DATA_DIR, where none is given. */
export const KEY_FILE = 'audit.key';
/** Only the service's user may read it. */
const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
/** Digits of a key's id: enough to tell the keys of one installation apart. */
const KEY_ID_DIGITS = 8;

/**
 * A signer with these keys, the newest first. Older ones only prove what was written with them.
 *
 * @param keys base64, at least one
 */
export function createAuditSigner(keys: readonly string[]): AuditSigner {
  const known = new Map(
    keys.map((key) => {
      const bytes = Buffer.from(key, 'base64');
      return [hmac(bytes, 'denwaban audit key').slice(0, KEY_ID_DIGITS), bytes] as const;
    }),
  );
  const [newest] = known;
  if (newest === undefined) throw new TypeError('the audit has no key');
  const [keyId, key] = newest;
  return {
    keyId,
    mac: (text) => hmac(key, text),
    macBy: (id, text) => {
      const one = known.get(id);
      return one === undefined ? null : hmac(one, text);
    },
  };
}

/**
 * The key that stands in the data directory; made when it is not there and may be.
 *
 * @throws DenwabanError DW_CONFIG when there is none, or the file holds no key
 */
export async function storedAuditKey(dataDir: string, random: Random, mayMake: boolean): Promise<string> {
  const file = join(dataDir, KEY_FILE);
  const known = await read(file);
  if (known !== null) return known;
  if (!mayMake)
    throw new DenwabanError(
      'DW_CONFIG',
      `AUDIT_KEY is not set and there is no ${file}: set it as the service has it`,
    );
  try {
    await make(dataDir, file, random);
  } catch (error) {
    throw new DenwabanError(
      'DW_CONFIG',
      `AUDIT_KEY is not set and ${KEY_FILE} cannot be made in DATA_DIR: set one, or name a directory that this user may write to`,
      error,
    );
  }
  return storedAuditKey(dataDir, random, false);
}

async function make(dataDir: string, file: string, random: Random): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: PRIVATE_DIRECTORY });
  // Linking fails when somebody was quicker: then theirs is the key.
  const draft = `${file}.${random.hex(4)}`;
  await writeFile(draft, `${Buffer.from(random.hex(KEY_BYTES), 'hex').toString('base64')}\n`, {
    mode: PRIVATE_FILE,
    flag: 'wx',
    flush: true,
  });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
}

async function read(file: string): Promise<string | null> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  if (Buffer.from(text, 'base64').length >= KEY_BYTES) return text;
  throw new DenwabanError('DW_CONFIG', `${file} holds no key: put back the one that was there`);
}

function hmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
