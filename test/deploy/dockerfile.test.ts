import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import {
  copies,
  execForm,
  execForms,
  filesBelow,
  isIgnored,
  named,
  parseStages,
  readStages,
} from './dockerfile.ts';

const stages = readStages();
const [build, dependencies, image] = stages;
if (build === undefined || dependencies === undefined || image === undefined) {
  throw new Error('the Dockerfile has three stages');
}

t.test('three stages: compile, install for production, image', async (t) => {
  t.same(
    stages.map((stage) => stage.alias),
    ['build', 'dependencies', null],
  );
  t.match(build.image, /^node:24-slim$/);
  t.match(dependencies.image, /^node:24-slim$/);
  t.match(image.image, /^gcr\.io\/distroless\/nodejs24-debian13:nonroot$/);
});

t.test('the build compiles what is copied for it, and nothing else', async (t) => {
  const { include } = JSON.parse(readFileSync(join(packageRoot(), 'tsconfig.build.json'), 'utf8')) as {
    include: string[];
  };
  const folders = copies(build)
    .flatMap(({ sources }) => sources)
    .filter((source) => !source.includes('.'));
  t.same(folders.toSorted(), include.toSorted());
  t.ok(execForms(build, 'RUN').some((words) => words.join(' ') === 'npm run build'));
});

t.test('packages are installed as the lock file says, with the settings of .npmrc', async (t) => {
  for (const stage of [build, dependencies]) {
    const installs = execForms(stage, 'RUN').filter(([program, verb]) => program === 'npm' && verb !== 'run');
    t.equal(installs.length, 1);
    t.same(installs[0]?.slice(0, 2), ['npm', 'ci']);
    const [first] = copies(stage);
    t.same(first?.sources, ['package.json', 'package-lock.json', '.npmrc']);
  }
});

t.test('the packages of the image are those of production', async (t) => {
  const modules = copies(image).filter((copy) => copy.target.includes('node_modules'));
  t.same(
    modules.map((copy) => copy.from),
    ['dependencies'],
  );
  t.ok(execForms(dependencies, 'RUN').every((words) => words.includes('--omit=dev')));
});

t.test('the image runs nothing while it is built: it has no shell', async (t) => {
  t.same(named(image, 'RUN'), []);
  t.same(named(image, 'ADD'), []);
});

t.test('every command stands in exec form', async (t) => {
  for (const stage of stages) {
    for (const name of ['RUN', 'ENTRYPOINT', 'CMD']) t.doesNotThrow(() => execForms(stage, name), name);
  }
  const [health, ...others] = named(image, 'HEALTHCHECK');
  t.same(others, []);
  t.same(execForm(health?.rest ?? ''), ['/nodejs/bin/node', 'deploy/healthcheck.mjs']);
  t.same(execForms(image, 'ENTRYPOINT'), [['/nodejs/bin/node']]);
  t.same(execForms(image, 'CMD'), [['dist/src/server.js']]);
});

t.test('a command in shell form is noticed', async (t) => {
  const [stage] = parseStages('FROM a\nCMD node server.js\n');
  t.throws(() => stage && execForms(stage, 'CMD'), SyntaxError);
});

t.test('the process is not root, by number', async (t) => {
  const users = named(image, 'USER').map((user) => user.rest);
  t.equal(users.length, 1);
  const [uid = 0, gid = 0] = (users[0] ?? '').split(':').map(Number);
  t.ok(uid > 0 && gid > 0);
});

t.test('only the data directory belongs to the user of the process, and it is a volume', async (t) => {
  const owned = copies(image).filter((copy) => copy.owner !== null);
  t.same(
    owned.map((copy) => [copy.owner, copy.target]),
    [[named(image, 'USER')[0]?.rest, '/data']],
  );
  t.same(execForms(image, 'VOLUME'), [['/data']]);
  t.match(named(image, 'ENV')[0]?.rest, /\bDATA_DIR=\/data\b/);
});

t.test('the image is one of production and stops on SIGTERM', async (t) => {
  t.match(named(image, 'ENV')[0]?.rest, /\bNODE_ENV=production\b/);
  t.same(
    named(image, 'STOPSIGNAL').map((signal) => signal.rest),
    ['SIGTERM'],
  );
  t.same(
    named(image, 'EXPOSE').map((port) => port.rest),
    ['8000'],
  );
});

t.test('no secret is built in', async (t) => {
  for (const stage of stages) {
    t.same(named(stage, 'ARG'), []);
    for (const { rest } of named(stage, 'ENV')) t.notMatch(rest, /KEY|SECRET|TOKEN|PASSW|DATABASE_URL/i);
    for (const copy of copies(stage))
      t.ok(copy.sources.every((source) => source !== '.' && !/\.env/.test(source)));
  }
});

t.test('everything that is copied exists, and reaches the builder', async (t) => {
  for (const copy of stages.flatMap(copies).filter(({ from }) => from === null)) {
    for (const source of copy.sources) {
      t.ok(existsSync(join(packageRoot(), source)), source);
      t.same(filesBelow(source).filter(isIgnored), [], source);
    }
  }
});

t.test('nothing else reaches the builder', async (t) => {
  const secret = ['.env', '.env.production', '.git/config', 'data/pg/PG_VERSION', 'node_modules/a/index.js'];
  for (const path of [...secret, 'test/helper.ts', 'emulator/server.ts', 'README.md'])
    t.ok(isIgnored(path), path);
});

t.test('what is copied from another stage has a name there', async (t) => {
  const aliases = stages.map((stage) => stage.alias);
  for (const copy of copies(image))
    t.ok(copy.from === null || aliases.includes(copy.from), String(copy.from));
});
