import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import t from 'tap';
import { configTable, envExample, type Locale } from '../../src/config/documents.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { configProperties } from '../../src/config/schema.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { MINIMAL } from './environments.ts';

const example = readFileSync(join(packageRoot(), '.env.example'), 'utf8');

t.test('.env.example is what the schema says', async (t) => {
  t.equal(example, envExample());
});

t.test('.env.example with every default uncommented loads as the defaults do', async (t) => {
  const variables = parseEnv(example.replaceAll(/^# ([A-Z_]+=)/gm, '$1')) as Record<string, string>;
  t.same(Object.keys(variables).toSorted(), configProperties.map(([name]) => name).toSorted());
  const defaults: Config = loadConfig(MINIMAL);
  t.same(loadConfig({ ...variables, ...MINIMAL }), defaults);
});

const readmes: readonly (readonly [string, Locale])[] = [
  ['README.md', 'en'],
  ['README.ja.md', 'ja'],
];

for (const [file, locale] of readmes) {
  const path = join(packageRoot(), file);
  t.test(
    `${file} has the row of every variable`,
    { skip: existsSync(path) ? false : `no ${file}` },
    async (t) => {
      const readme = readFileSync(path, 'utf8');
      const rows = configTable(locale)
        .split('\n')
        .filter((line) => line.startsWith('| `'));
      t.equal(rows.length, configProperties.length);
      for (const row of rows) t.ok(readme.includes(row), row);
    },
  );
}
