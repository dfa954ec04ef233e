import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { caddyPasses, PRIVATE_PATHS, PUBLIC_PATHS } from './public-paths.ts';

interface Compose {
  readonly services: {
    readonly denwaban: Readonly<Record<'restart' | 'stop_grace_period', string>> &
      Readonly<Record<'init' | 'read_only', boolean>> &
      Readonly<Record<'cap_drop' | 'tmpfs' | 'ports', readonly string[]>>;
  };
}

const DOCUMENTS = [
  'README.md',
  'README.ja.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...['docs', 'docs/runbooks'].flatMap((folder) =>
    readdirSync(join(packageRoot(), folder)).flatMap((name) =>
      name.endsWith('.md') ? [`${folder}/${name}`] : [],
    ),
  ),
];
const READMES = ['README.md', 'README.ja.md'];

function read(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}

function sources(folder: string): string {
  return readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name)))
    .join('\n');
}

const source = ['src', 'plugins', 'routes'].map(sources).join('\n');
const operations = read('docs/operations.md');
const scripts = Object.keys(
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
);

/** First cells of the table below a heading, without code marks; one cell may name several things. */
function firstCells(markdown: string, heading: string): string[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`no heading ${heading}`);
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].toSorted();
}

for (const document of DOCUMENTS) {
  t.test(`${document}: every link inside the repository leads somewhere`, async (t) => {
    for (const target of all(read(document), /\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      t.ok(existsSync(join(packageRoot(), file)), target);
      if (anchor !== undefined) t.ok(anchors(read(file)).includes(anchor), target);
    }
  });

  t.test(`${document}: every npm script it names exists`, async (t) => {
    for (const name of all(read(document), /npm run (?:--\S+ )*([\w:]+)/g))
      t.ok(scripts.includes(name), name);
  });

  t.test(`${document}: every file it names in code marks exists`, async (t) => {
    const paths = all(
      read(document),
      /`((?:src|plugins|routes|test|docs|deploy|scenarios|emulator)\/[\w./-]+)`/g,
    );
    for (const path of paths) t.ok(existsSync(join(packageRoot(), path)), path);
  });
}

/** Anchors as code hosts make them of headings. */
function anchors(markdown: string): string[] {
  return all(markdown, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

for (const readme of READMES) {
  t.test(`${readme}: every npm script is explained`, async (t) => {
    for (const name of scripts) {
      const command = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
      t.ok(read(readme).includes(`| \`${command}\` |`), command);
    }
  });

  t.test(`${readme}: the log lines it shows are those that are written`, async (t) => {
    const lines = all(read(readme), /`([A-Z]\w+\.? [A-Za-z][^`]+)`/g);
    t.ok(lines.length >= 12);
    for (const line of lines) {
      const [words = ''] = line.split(/…$|http:/);
      t.ok(source.includes(words), line);
    }
  });
}

for (const readme of READMES) {
  t.test(`${readme}: the proxy it shows passes on what the internet needs, and nothing else`, async (t) => {
    const caddyfile = /```\nphone\.example\.jp \{\n[^]*?\n```/.exec(read(readme))?.[0] ?? '';
    for (const path of PUBLIC_PATHS) t.ok(caddyPasses(caddyfile, path), path);
    for (const path of PRIVATE_PATHS) t.notOk(caddyPasses(caddyfile, path), path);
  });
}

for (const readme of READMES) {
  t.test(`${readme}: a container started by hand has what compose gives it`, async (t) => {
    const [command = ''] = /^docker run [^]*? denwaban$/m.exec(read(readme)) ?? [];
    const { denwaban } = (parse(read('compose.yaml')) as Compose).services;
    t.ok(denwaban.init && command.includes(' --init '));
    t.ok(denwaban.read_only && command.includes(' --read-only '));
    t.ok(command.includes(` --restart ${denwaban.restart} `), 'comes back after an uncaught error');
    t.ok(command.includes(` --stop-timeout ${denwaban.stop_grace_period.replace('s', '')} `));
    for (const right of denwaban.cap_drop) t.ok(command.includes(` --cap-drop ${right} `));
    for (const path of denwaban.tmpfs) t.ok(command.includes(` --tmpfs ${path} `));
    for (const port of denwaban.ports) t.ok(command.includes(` --publish ${port} `));
  });
}

t.test('both READMEs have the same sections, tables and commands', async (t) => {
  const [english, japanese] = READMES.map((readme) => {
    const text = read(readme);
    return {
      headings: text.split('\n').filter((line) => /^#{2,3} /.test(line)).length,
      rows: text.split('\n').filter((line) => line.startsWith('|')).length,
      bullets: text.split('\n').filter((line) => /^\s*(-|\d+\.) /.test(line)).length,
      commands: [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, code = '']) =>
        code.replaceAll(/ +#.*$/gm, ''),
      ),
    };
  });
  t.same(japanese, english);
});

t.test('docs/operations.md lists every metric, and no other', async (t) => {
  const metrics = createMetrics({ process: false });
  metrics.watch({
    callsLive: () => 0,
    callsOverMax: () => 0,
    clockSkewMs: () => 0,
    logLinesDropped: () => 0,
    memoryShare: () => 0,
    writesWaiting: () => 0,
  });
  const registered = all(await metrics.text(), /^# HELP (denwaban_\w+)/gm);
  t.same(firstCells(operations, 'Metrics').toSorted(), registered);
});

t.test('docs/operations.md lists every alarm, and no other', async (t) => {
  const raised = [
    ...all(source, /[aA]larm\(([^;]*?)\);/g).flatMap((words) => all(words, /'([a-z]+_[a-z_]+)'/g)),
    ...all(source, /kind: 'alarm', code: '(\w+)'/g),
    ...all(source, /stalled\(draft, '(\w+)'\)/g),
    ...all(source, /detail: '(greeting_\w+)'/g),
  ];
  t.same(firstCells(operations, 'Alarms').toSorted(), [...new Set(raised)].toSorted());
});

t.test('docs/operations.md lists every end reason, and no other', async (t) => {
  const declared = /export type EndReason =([^;]+);/.exec(read('src/store/call-ports.ts'))?.[1] ?? '';
  t.same(firstCells(operations, 'Why a call ended').toSorted(), all(declared, /'(\w+)'/g));
});

t.test('docs/operations.md lists every reason not to be ready, and no other', async (t) => {
  const given = [
    ...all(read('src/readiness.ts'), /push\('(\w+)'\)/g),
    ...all(read('routes/health.ts'), /\['(\w+)'\]/g),
  ];
  t.same(firstCells(operations, 'Probes').toSorted(), given.toSorted());
});
