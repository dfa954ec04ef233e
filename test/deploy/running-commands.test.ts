import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';
import { copies, execForms, named, readStages } from './dockerfile.ts';

const PROGRAM = 'dist/src/cli.js';
const LINK = 'operations.md#running-commands';

function read(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}

const image = readStages().at(-1);
if (image === undefined) throw new Error('the Dockerfile has no stage');
const [[node = ''] = []] = execForms(image, 'ENTRYPOINT');

const section = read('docs/operations.md')
  .split(/^## /m)
  .find((part) => part.startsWith('Running commands\n'));
/** Words of each command of the page that names the program, continuation lines joined. */
const commands = [...(section ?? '').matchAll(/```sh\n([^]*?)```/g)]
  .flatMap(([, code = '']) => code.replaceAll(/\\\n\s*/g, '').split('\n'))
  .filter((line) => line.includes(PROGRAM))
  .map((line) => line.replace(/^.*?(?=docker|kubectl)/, '').split(' '));

/** The word before another one. */
function before(words: readonly string[], word: string): string | undefined {
  return words[words.indexOf(word) - 1];
}

function services(file: string): string[] {
  return Object.keys((parse(read(file), { merge: true }) as { services: object }).services);
}

t.test('each way in which the service runs has a command that runs there', async (t) => {
  const ways = commands.map((words) =>
    words
      .filter((word) => /^[a-z]+$/.test(word))
      .slice(0, 3)
      .join(' '),
  );
  t.same(
    ways
      .map((way) => /^(docker compose (exec|run)|docker run|kubectl exec)/.exec(way)?.[0] ?? way)
      .toSorted(),
    [
      'docker compose exec',
      'docker compose exec',
      'docker compose run',
      'docker run',
      'docker run',
      'kubectl exec',
    ],
  );
});

t.test('the program is where the image has it', async (t) => {
  t.same(
    named(image, 'WORKDIR').map(({ rest }) => rest),
    ['/app'],
  );
  const dist = copies(image).find(({ target }) => target === 'dist');
  t.match(dist, { from: 'build', sources: ['/build/dist'] });
  t.ok(read('src/cli.ts').startsWith('#!/usr/bin/env node\n'));
  for (const words of commands) {
    if (words.includes('exec'))
      t.equal(before(words, PROGRAM), node, 'a running container is told which program');
    else t.equal(before(words, PROGRAM), 'denwaban', 'a new one starts the entry point of the image');
  }
});

t.test('a command is run in a service that is there', async (t) => {
  for (const words of commands.filter((line) => line[1] === 'compose')) {
    const file = words.includes('--file') ? words[words.indexOf('--file') + 1] : 'compose.yaml';
    const service = before(words, words.includes('exec') ? node : PROGRAM);
    t.ok(services(file ?? '').includes(service ?? ''), `${service} of ${file}`);
    t.equal(
      words.includes('--env-file'),
      file !== 'compose.yaml',
      '.env is not beside the file of the cluster',
    );
  }
});

t.test('no terminal stands between, which would change line ends', async (t) => {
  for (const words of commands) {
    t.notOk(words.some((word) => /^(-it?|--tty)$/.test(word)));
    if (words[1] === 'compose' && words.includes('exec')) t.ok(words.includes('-T'));
  }
});

t.test('the user of the image is told, who has to be allowed to read and write', async (t) => {
  const [user] = (named(image, 'USER')[0]?.rest ?? '').split(':');
  t.ok(section?.includes(`user ${user}`));
  const mounted = commands.filter((words) => words.includes('--volume'));
  t.equal(mounted.length, 2);
  for (const words of mounted) t.ok(words.includes('--user'));
});

t.test('each page that lists commands leads there', async (t) => {
  const pages = readdirSync(join(packageRoot(), 'docs')).filter((name) => name.endsWith('.md'));
  const listing = pages.filter((page) => /^(\| `|    |)denwaban [a-z]/m.test(read(`docs/${page}`)));
  t.ok(listing.length >= 6);
  for (const page of listing.filter((name) => name !== 'operations.md'))
    t.ok(read(`docs/${page}`).includes(`(${LINK})`), page);
  t.ok(read('docs/runbooks/README.md').includes(`(../${LINK})`));
  for (const readme of ['README.md', 'README.ja.md']) t.ok(read(readme).includes(`(docs/${LINK})`), readme);
});
