import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { main } from '../../src/cli/main.ts';
import { seedDataDir } from '../store/template.ts';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly bytes: Buffer;
  readonly err: string;
}

/** A directory with a store of its own, in which commands are run. */
export interface Desk {
  readonly directory: string;
  readonly dataDir: string;
  write(name: string, text: string | Uint8Array): string;
  run(...args: string[]): Promise<Outcome>;
}

/** The same, in which an empty store lies already. */
export async function storeDesk(t: Test): Promise<Desk> {
  const made = desk(t);
  await seedDataDir(made.dataDir);
  return made;
}

export function desk(t: Test): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'denwaban-cli-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const dataDir = join(directory, 'data');
  return {
    directory,
    dataDir,
    write: (name, text) => {
      const path = join(directory, name);
      writeFileSync(path, text);
      return path;
    },
    run: async (...args) => {
      const parts: Buffer[] = [];
      let err = '';
      const code = await main(args, {
        env: { DATA_DIR: dataDir },
        out: (text) => void parts.push(Buffer.from(text)),
        err: (text) => (err += text),
      });
      const bytes = Buffer.concat(parts);
      return { code, bytes, out: bytes.toString('utf8'), err };
    },
  };
}
