import { writeFileSync } from 'node:fs';
import { MIGRATIONS } from '../../../src/store/migrations/index.ts';
import { packageVersion } from '../../../src/lib/package-root.ts';
import { openTestStore } from '../fixtures.ts';
import { drive } from './drive.ts';
import { record, written } from './recording.ts';

/**
 * Writes down what this release says to its database. To be run at each release, over an empty database, and its file
 * kept beside the others:
 *
 *     DATABASE_URL=postgres://… node build/test/store/release/main.js test/store/release/recorded/0.1.0.jsonl
 */
const [, , file] = process.argv;
const databaseUrl = process.env['DATABASE_URL'];
if (file === undefined || databaseUrl === undefined) throw new Error('usage: DATABASE_URL=… main.js FILE');
const store = await openTestStore({ databaseUrl });
const migration = Object.keys(MIGRATIONS).toSorted().at(-1) ?? '';
const recording = await record(packageVersion(), migration, async () => drive(store));
await store.close();
writeFileSync(file, written(recording));
