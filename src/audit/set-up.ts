import { join } from 'node:path';
import type { Random } from '../lib/random.ts';
import type { AuditSigner } from '../store/audit-ports.ts';
import { createAuditSigner, storedAuditKey } from './keys.ts';

/** What the configuration says of the audit. */
export interface AuditSettings {
  /** Keys, the newest first; none: the one in the data directory. */
  readonly keys: readonly string[];
  /** Directory of the anchors; empty: in the data directory. */
  readonly anchorDir: string;
  /** Directory of the embedded store, or `memory://`. */
  readonly dataDir: string;
}

/**
 * The signer that the configuration means. A store in memory has a key in memory, which goes with it.
 *
 * @param mayMake whether a key is made where there is none
 * @throws DenwabanError DW_CONFIG
 */
export async function auditSigner(
  { keys, dataDir }: AuditSettings,
  random: Random,
  mayMake: boolean,
): Promise<AuditSigner> {
  if (keys.length > 0) return createAuditSigner(keys);
  if (isMemory(dataDir)) return createAuditSigner([Buffer.from(random.hex(32), 'hex').toString('base64')]);
  return createAuditSigner([await storedAuditKey(dataDir, random, mayMake)]);
}

/** Directory of the anchors, or null: a store in memory has none. */
export function anchorDirectory({ anchorDir, dataDir }: AuditSettings): string | null {
  if (anchorDir !== '') return anchorDir;
  return isMemory(dataDir) ? null : join(dataDir, 'audit');
}

function isMemory(dataDir: string): boolean {
  return dataDir === 'memory://';
}
