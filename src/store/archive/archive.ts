import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { DenwabanError } from '../../errors.ts';
import type { Store } from '../open.ts';
import { archiveText, type ArchiveLabel, type TableProgress } from './export.ts';
import { damaged } from './format.ts';
import { restoreArchive } from './import.ts';

/** Of a file with names, numbers and conversations: its owner's only. */
const PRIVATE = 0o600;

/**
 * Writes everything the store holds into a new file: one moment of it, also while a service over a server goes on
 * writing. A file that could not be finished is removed.
 *
 * @throws NodeJS.ErrnoException when the file cannot be written or exists; DenwabanError DW_STORE_UNAVAILABLE
 */
export async function exportArchive(
  store: Store,
  path: string,
  label: ArchiveLabel,
  onTable?: TableProgress,
): Promise<void> {
  const file = await open(path, 'wx', PRIVATE);
  try {
    const sink = file.createWriteStream({ flush: true });
    await store.upkeep(async (db) =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) =>
          pipeline(Readable.from(archiveText(trx, label, onTable)), createGzip(), sink),
        ),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Fills an empty store from such a file: all of it, or nothing.
 *
 * @throws DenwabanError DW_ARCHIVE when the file is damaged or of another version, or the store is not empty;
 *   NodeJS.ErrnoException when it cannot be read
 */
export async function importArchive(store: Store, path: string, onTable?: TableProgress): Promise<void> {
  const file = await open(path);
  const text = createGunzip();
  // Its failure reaches the reader of `text`, and is thrown there.
  const reading = pipeline(file.createReadStream({ autoClose: false }), text).catch(() => undefined);
  try {
    await store.upkeep(async (db) =>
      db.transaction().execute(async (trx) => restoreArchive(trx, text, onTable)),
    );
  } catch (error) {
    throw isZlibFailure(error) ? damaged('it is cut, or not compressed') : error;
  } finally {
    text.destroy();
    await reading;
    await file.close();
  }
}

function isZlibFailure(error: unknown): boolean {
  return (
    !(error instanceof DenwabanError) &&
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('Z_')
  );
}
