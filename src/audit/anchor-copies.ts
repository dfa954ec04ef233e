import type { Log } from '../lib/log.ts';
import type { AuditAnchors } from '../store/audit-ports.ts';
import { appendAnchor, eachAnchor } from './anchor-file.ts';

/** What copying needs. */
export interface CopyParts {
  readonly anchors: Pick<AuditAnchors, 'last' | 'list' | 'genuine'>;
  readonly log: Log;
}

/**
 * Puts anchors that other nodes made into the file of this one: each file is whole, and any of them proves the audit.
 * An anchor that is not genuine is left out; a verification names it.
 *
 * @param known number up to which the file was seen to be whole
 * @returns that number now
 */
export async function copyAnchors(
  { anchors, log }: CopyParts,
  directory: string,
  known: number,
): Promise<number> {
  const last = (await anchors.last())?.number ?? 0;
  if (last <= known) return known;
  const filed = new Set<string>();
  for await (const anchor of eachAnchor(directory)) if (anchor !== null) filed.add(anchor.mac);
  let copied = 0;
  for (const { number, mac } of await anchors.list()) {
    if (filed.has(mac)) continue;
    const anchor = await anchors.genuine(number);
    if (anchor === null) log.error({ anchor: number }, 'Anchor in the database is not genuine');
    else {
      await appendAnchor(directory, anchor);
      copied += 1;
    }
  }
  if (copied > 0)
    log.warn({ anchors: copied }, 'Anchors that were not in the file of this node copied into it');
  return last;
}
