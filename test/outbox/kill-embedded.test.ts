import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { seedDataDir } from '../store/template.ts';
import { killLoop, PATIENT } from './kill-loop.ts';

t.test(
  'a process that is killed again and again, embedded: nothing lost, nothing twice',
  PATIENT,
  async (t) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'denwaban-outbox-'));
    t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
    await seedDataDir(dataDir);
    await killLoop(t, dataDir, 20);
  },
);
