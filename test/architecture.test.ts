import t from 'tap';
import { packageNames, packageOf, readSources, type Import, type Source } from './architecture/sources.ts';

const service = readSources(['src', 'plugins', 'routes']);
const house = [...service, ...readSources(['emulator', 'bench', 'chaos', 'evals', 'test'])];

/** Folders of src and what they may import beside themselves and src/errors.ts. A path names a folder or one file. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/lib': [],
  'src/briefing': ['src/lib'],
  'src/config': ['src/lib'],
  'src/scenario': ['src/lib'],
  'src/realtime': ['src/lib'],
  'src/webhook': ['src/lib'],
  'src/telemetry': ['src/lib'],
  'src/store': ['src/briefing', 'src/lib'],
  'src/roster': ['src/briefing', 'src/lib', 'src/store/briefing-ports.ts'],
  'src/audit': [
    'src/briefing',
    'src/lib',
    'src/store/audit-ports.ts',
    'src/store/audit/text.ts',
    'src/store/ports.ts',
    'src/store/retention-ports.ts',
  ],
  'src/outbox': [
    'src/briefing',
    'src/lib',
    'src/store/audit-ports.ts',
    'src/store/briefing-ports.ts',
    'src/store/ports.ts',
  ],
  'src/api': [
    'src/briefing',
    'src/lib',
    'src/outbox/ports.ts',
    'src/roster',
    'src/store/api-ports.ts',
    'src/store/briefing-ports.ts',
    'src/store/command-ports.ts',
    'src/store/lead-ports.ts',
    'src/store/ports.ts',
  ],
  'src/tools': [
    'src/briefing',
    'src/lib',
    'src/outbox/ports.ts',
    'src/store/audit-ports.ts',
    'src/store/briefing-ports.ts',
    'src/store/lead-ports.ts',
    'src/store/ports.ts',
  ],
  'src/call': [
    'src/audit',
    'src/briefing',
    'src/config.ts',
    'src/lib',
    'src/realtime',
    'src/scenario',
    'src/store/command-ports.ts',
    'src/store/ports.ts',
    'src/tools',
  ],
};

/** Files of src that put the service together: they alone may know Fastify, plugins and routes. */
const ROOTS = [
  'src/app.ts',
  'src/rest-api.ts',
  'src/server.ts',
  'src/lifecycle.ts',
  'src/http-errors.ts',
  'src/readiness.ts',
];

/** Types of the wire are data, not code: every part may speak of them. */
const WIRE = 'src/realtime/wire.ts';

function isUnder(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** `importer -> imported` of every import that is not allowed. */
function violations(
  sources: readonly Source[],
  forbidden: (source: Source, found: Import) => boolean,
): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((found) => forbidden(source, found))
      .map((found) => `${source.path} -> ${found.target ?? found.specifier}`),
  );
}

/** `file:line` of every place where the code matches, except in the files named. */
function places(sources: readonly Source[], pattern: RegExp, except: readonly string[] = []): string[] {
  return sources
    .filter(({ path }) => !except.some((place) => isUnder(path, place)))
    .flatMap(({ path, code }) =>
      code.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
    );
}

t.test('every folder of src has its rule', async (t) => {
  const folders = new Set(
    service
      .filter(({ path }) => /^src\/.+\//.test(path))
      .map(({ path }) => path.split('/').slice(0, 2).join('/')),
  );
  t.same(
    [...folders].filter((folder) => folder !== 'src/cli' && MAY_IMPORT[folder] === undefined),
    [],
  );
});

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  t.test(`${folder} imports itself, errors and ${allowed.join(', ') || 'nothing'}`, async (t) => {
    const may = [folder, ...allowed, ...(folder === 'src/lib' ? [] : ['src/errors.ts'])];
    const inside = service.filter(({ path }) => isUnder(path, folder));
    t.same(
      violations(inside, (_, { target, typeOnly }) => {
        if (target === null || (typeOnly && target === WIRE)) return false;
        return !may.some((place) => isUnder(target, place));
      }),
      [],
    );
  });
}

t.test('only the roots of src know Fastify, plugins and routes', async (t) => {
  const inner = service.filter(({ path }) => path.startsWith('src/') && !ROOTS.includes(path));
  t.same(
    violations(inner, (_, { specifier, target }) => {
      if (target !== null)
        return isUnder(target, 'plugins') || isUnder(target, 'routes') || ROOTS.includes(target);
      return /^(@fastify\/|fastify)/.test(specifier);
    }).filter((found) => found !== 'src/server.ts -> src/lifecycle.ts' && !found.startsWith('src/cli/')),
    [],
  );
});

t.test('plugins reach each other by decorator only, and routes too', async (t) => {
  const wiring = service.filter(({ path }) => !path.startsWith('src/'));
  t.same(
    violations(
      wiring,
      (_, { target }) => target !== null && (isUnder(target, 'plugins') || isUnder(target, 'routes')),
    ),
    [],
  );
});

t.test('the service imports nothing of its satellites', async (t) => {
  t.same(
    violations(service, (_, { target }) => target !== null && !/^(src|plugins|routes)\//.test(target)),
    [],
  );
});

t.test('the service loads nothing at run time that is not installed in production', async (t) => {
  const production = packageNames('dependencies');
  t.same(
    violations(service, (_, { specifier, typeOnly }) => {
      const name = packageOf(specifier);
      return name !== null && !typeOnly && !production.has(name);
    }),
    [],
  );
});

t.test('of openai the service takes types only', async (t) => {
  t.same(
    violations(service, (_, { specifier, typeOnly }) => packageOf(specifier) === 'openai' && !typeOnly),
    [],
  );
});

t.test('no module of the service imports itself by a detour', async (t) => {
  t.same(cycles(service), []);
});

t.test('relative imports name the source file', async (t) => {
  t.same(
    violations(house, (_, { target }) => target !== null && !/\.(tsx?|json)$/.test(target)),
    [],
  );
});

t.test('the environment is read by the configuration and the two programs only', async (t) => {
  t.same(places(service, /\bprocess\s*\.\s*env\b/, ['src/config.ts', 'src/server.ts', 'src/cli.ts']), []);
});

t.test('only programs for the command line write to the console', async (t) => {
  const sources = house.filter(({ path }) => !path.startsWith('test/'));
  t.same(
    places(sources, /\bconsole\s*\./, [
      'src/cli',
      'emulator/demo',
      'emulator/console',
      'bench',
      'chaos',
      'evals',
    ]),
    [],
  );
});

/** Real time by nature, each with its reason. */
const REAL_TIME = [
  'src/lib',
  // The last resort against a process that does not end: nothing may hold it up.
  'src/lifecycle.ts',
  // The lock on the directory waits for another process.
  'src/store/data-lock.ts',
];

t.test('time and chance come from their objects', async (t) => {
  const pattern =
    /\bDate\.now\s*\(|\bnew Date\s*\(\s*\)|\bMath\.random\s*\(|\bperformance\.now\s*\(|(?<![.\w])set(?:Timeout|Interval)\s*\(|\brandomUUID\s*\(/;
  t.same(places(service, pattern, REAL_TIME), []);
});

/** Lines. A longer file has more than one subject. */
const LONG = 300;
const TOO_LONG = 400;
/** Lines of a plugin: it wraps something of src, and decorates. */
const LONG_PLUGIN = 80;
const TOO_LONG_PLUGIN = 100;

t.test('files are short', async (t) => {
  const long = longer(house, LONG);
  if (long.length > 0) t.comment(`more than ${LONG} lines: ${long.join(', ')}`);
  t.same(longer(house, TOO_LONG), []);
});

t.test('plugins are wrappers', async (t) => {
  const plugins = service.filter(({ path }) => isUnder(path, 'plugins'));
  const long = longer(plugins, LONG_PLUGIN);
  if (long.length > 0) t.comment(`more than ${LONG_PLUGIN} lines: ${long.join(', ')}`);
  t.same(longer(plugins, TOO_LONG_PLUGIN), []);
});

function longer(sources: readonly Source[], limit: number): string[] {
  return sources.filter(({ lines }) => lines > limit).map(({ path, lines }) => `${path} (${lines})`);
}

/** Circles of imports that are there at run time, each as a path. */
function cycles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push([...trail.slice(start), path].join(' -> '));
    if (start !== -1 || finished.has(path)) return;
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (target !== null && !typeOnly) visit(target, [...trail, path]);
    }
    finished.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}
