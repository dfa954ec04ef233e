import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { AuditAnchor } from '../store/audit-ports.ts';

/** The file is only appended to: one entry on a line, as JSON. */
export const ANCHOR_FILE = 'anchors.jsonl';

const AnchorSchema = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  day: Type.String(),
  at: Type.Integer(),
  keyId: Type.String(),
  leaves: Type.Array(Type.Tuple([Type.String(), Type.Integer(), Type.String()])),
  prevMac: Type.String(),
  mac: Type.String(),
});

const anchorEntry = Compile(AnchorSchema);

/** Appends an entry and waits until it is on the disk. */
export async function appendAnchor(directory: string, anchor: AuditAnchor): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await open(join(directory, ANCHOR_FILE), 'a', 0o600);
  try {
    // A line that a dying process left unfinished must not spoil this one.
    await file.appendFile(`\n${JSON.stringify(anchor)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** All entries in order, null for a line that is none. No file, no entries. */
export async function readAnchors(directory: string): Promise<(AuditAnchor | null)[]> {
  const anchors: (AuditAnchor | null)[] = [];
  for await (const anchor of eachAnchor(directory)) anchors.push(anchor);
  return anchors;
}

/** The entries one after another: years of them are much to hold at once. */
export async function* eachAnchor(directory: string): AsyncGenerator<AuditAnchor | null> {
  let file: FileHandle;
  try {
    file = await open(join(directory, ANCHOR_FILE));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    for await (const line of file.readLines({ autoClose: false })) if (line !== '') yield parse(line);
  } finally {
    await file.close();
  }
}

function parse(line: string): AuditAnchor | null {
  try {
    const entry: unknown = JSON.parse(line);
    return anchorEntry.Check(entry) ? entry : null;
  } catch {
    return null;
  }
}
