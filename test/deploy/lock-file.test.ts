import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { lockedPackages } from './lock-file.ts';

const packages = lockedPackages();

t.test('every package is locked by its content', async (t) => {
  t.ok(packages.length > 0);
  t.same(
    packages.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true).map(({ path }) => path),
    [],
  );
});

t.test('no package is tied to one registry', async (t) => {
  t.same(
    packages.filter(({ resolved }) => resolved !== undefined).map(({ path }) => path),
    [],
  );
});

t.test('no package of production has an install script', async (t) => {
  t.same(
    packages.filter(({ dev, hasInstallScript }) => !dev && hasInstallScript).map(({ path }) => path),
    [],
  );
});

t.test('install scripts are refused altogether', async (t) => {
  const settings = readFileSync(join(packageRoot(), '.npmrc'), 'utf8').split('\n');
  t.ok(settings.includes('ignore-scripts=true'));
});

t.test('versions are written exactly', async (t) => {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    t.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});

t.test('every package that a locked one asks for is locked, for other platforms too', async (t) => {
  const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const asked = Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  );
  const locked = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
  t.same(
    [...new Set(asked)].filter((name) => !locked.has(name)),
    [],
  );
});
