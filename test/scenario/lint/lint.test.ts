import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../../src/lib/package-root.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { ScenarioFile } from '../../../src/scenario/schema.ts';
import { lintScenario } from '../../../src/scenario/lint/lint.ts';
import { RULES } from '../../../src/scenario/lint/rules.ts';
import { TOOL_NAMES } from '../../../src/scenario/tool-names.ts';
import { CASES, SHIPPED, answers, says, tells, type Change } from './cases.ts';

const lint = (text: string) => lintScenario('a.yaml', text, TOOL_NAMES);

const rulesOf = (change: Change) => lint(change(SHIPPED)).map(({ rule }) => rule);

for (const { rule, bad, good } of CASES) {
  const number = CASES.filter((one) => one.rule === rule).findIndex((one) => one.bad === bad) + 1;
  t.test(`${rule} (${number}) finds what it is for, and nothing in its neighbour`, async (t) => {
    t.not(bad(SHIPPED), SHIPPED, 'the change applies');
    t.ok(rulesOf(bad).includes(rule), `found: ${rulesOf(bad).join(', ') || 'nothing'}`);
    t.notOk(rulesOf(good).includes(rule), 'the neighbour is fine');
  });
}

t.test('every rule has an example that breaks it and one that does not', async (t) => {
  const covered = new Set(CASES.map(({ rule }) => rule));
  t.same(
    RULES.map(({ id }) => id).filter((id) => !covered.has(id)),
    [],
  );
  t.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length, 'no id stands for two rules');
});

t.test('the shipped scenarios have no findings', async (t) => {
  const folder = join(packageRoot(), 'scenarios');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  t.ok(['attendance-ja.yaml', 'messages-ja.yaml', 'reception-ja.yaml'].every((name) => files.includes(name)));
  for (const file of files) {
    t.same(lintScenario(file, readFileSync(join(folder, file), 'utf8'), TOOL_NAMES), [], file);
  }
});

t.test('what the service refuses at its start is an error of the lint', async (t) => {
  for (const { bad, rule } of CASES) {
    const text = bad(SHIPPED);
    let refused = false;
    try {
      parseScenario('a.yaml', Buffer.from(text));
    } catch {
      refused = true;
    }
    if (refused)
      t.ok(
        lint(text).some(({ severity }) => severity === 'error'),
        `${rule}: refused and found`,
      );
  }
});

t.test('a finding names line and column of the words, in one line and in a block', async (t) => {
  for (const change of [
    says('お待ちください。お伺いさせていただきます。'),
    tells('まず「お伺いさせていただきます」と言います。'),
    answers('少々。お伺いさせていただきます。'),
  ]) {
    const text = change(SHIPPED);
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('お伺いさせて'));
    t.match(
      lint(text).find(({ rule }) => rule === 'double-honorific'),
      {
        file: 'a.yaml',
        line: line + 1,
        column: (lines[line]?.indexOf('お伺いさせて') ?? 0) + 1,
        severity: 'error',
        message: /お伺いさせて/,
        fix: /伺います/,
      },
    );
  }
});

t.test('the second of two equal words is found where it stands', async (t) => {
  const text = tells('「明日」と「明日」')(SHIPPED);
  const line = text.split('\n').find((one) => one.includes('明日')) ?? '';
  t.same(
    lint(text)
      .filter(({ rule }) => rule === 'two-readings')
      .map(({ column }) => column),
    [line.indexOf('明日') + 1, line.lastIndexOf('明日') + 1],
  );
});

t.test('each key that lacks is named, and each one that nobody knows', async (t) => {
  const text = SHIPPED.replace(/^ {2}toolWait: .*\n/m, '')
    .replace(/^ {2}farewell: .*\n/m, '')
    .concat('colour: red\n');
  const findings = lint(text).filter(({ rule }) => rule === 'shape');
  t.same(findings.map(({ message }) => message).toSorted(), [
    'colour という項目はありません。',
    '決まった文 farewell がありません。',
    '決まった文 toolWait がありません。',
  ]);
  t.match(
    findings.find(({ path }) => path === 'colour'),
    { line: text.split('\n').indexOf('colour: red') + 1 },
  );
});

t.test('text rules look at a file whose shape is wrong, too', async (t) => {
  const text = says('お伺いさせていただきます。')(SHIPPED).replace(/^ {2}farewell: .*\n/m, '');
  t.same(new Set(lint(text).map(({ rule }) => rule)), new Set(['shape', 'double-honorific']));
});

t.test('a file that is no YAML has one finding, at its line', async (t) => {
  const findings = lint(`${SHIPPED}\n  : [`);
  t.match(findings, [{ rule: 'yaml', severity: 'error', message: /YAML/ }]);
  t.equal(findings.length, 1);
  t.ok((findings[0]?.line ?? 0) > 100);
});

t.test('messages never repeat the number or address they found', async (t) => {
  const findings = lint(answers('お電話は03-1234-0000、saiyo@example.comまで。')(SHIPPED));
  const words = findings.filter(({ rule }) => rule === 'personal-data').map(({ message }) => message);
  t.equal(words.length, 2);
  t.notMatch(words.join(' '), /1234|example/);
});

t.test('findings stand in the order of the file', async (t) => {
  const text = tells('「おっしゃられた」')(says('お伺いさせていただきます。')(SHIPPED));
  const places = lint(text).map(({ line }) => line);
  t.equal(places.length, 2);
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  );
});

t.test(
  'a changed notice asks for a new version, and tells the fingerprint that ends the finding',
  async (t) => {
    const text = SHIPPED.replaceAll('ため記録いたします', 'ため録音いたします');
    const [finding] = lint(text).filter(({ rule }) => rule === 'notice-version');
    const right = /'([0-9a-f]{8})'/.exec(finding?.fix ?? '')?.[1] ?? '';
    t.match(finding?.fix, /version を新しい値/);
    t.same(lint(text.replace(/fingerprint: .*/, `fingerprint: '${right}'`)), []);
  },
);

t.test('the table of rules in the documents is the list of rules', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs', 'scenarios.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (エラー|注意) \| (.+) \|$/gm)];
  t.same(
    rows.map(([, id, severity, about]) => [id, severity, about]),
    RULES.map(({ id, severity, about }) => [id, severity === 'error' ? 'エラー' : '注意', about]),
  );
});

t.test('every field of the schema is in the reference of the documents', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs', 'scenarios.md'), 'utf8');
  const { properties } = ScenarioFile as unknown as { properties: Record<string, { properties?: object }> };
  for (const [key, { properties: inner }] of Object.entries(properties)) {
    for (const name of inner === undefined ? [key] : Object.keys(inner).map((each) => `${key}.${each}`))
      t.match(page, `| \`${name}\` |`, name);
  }
});
