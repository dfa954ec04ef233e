import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DenwabanError } from '../../src/errors.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { loadScenario, parseScenario } from '../../src/scenario/load.ts';

const file = join(packageRoot(), 'scenarios', 'attendance-ja.yaml');
const text = readFileSync(file, 'utf8');

/** The refusal of the shipped scenario after one change of its text. */
function refusalOf(change: (source: string) => string): DenwabanError {
  const changed = change(text);
  if (changed === text) throw new Error('the change does not apply to the scenario');
  try {
    parseScenario('a.yaml', Buffer.from(changed));
  } catch (error) {
    if (error instanceof DenwabanError) return error;
    throw error;
  }
  throw new Error('the scenario was not refused');
}

function lineOf(source: string, part: string): number {
  return source.slice(0, source.indexOf(part)).split('\n').length;
}

t.test('the shipped scenario loads by name and by path, frozen to its depths', async (t) => {
  const byName = await loadScenario('attendance-ja', packageRoot());
  const byPath = await loadScenario('scenarios/attendance-ja.yaml', packageRoot());
  const byAbsolutePath = await loadScenario(file, '/nowhere');
  t.same(byName, byPath);
  t.same(byName, byAbsolutePath);
  t.ok(Object.isFrozen(byName));
  t.ok(Object.isFrozen(byName.transcription.keywords));
  t.match(byName.version, /^[0-9a-f]{16}$/);
});

t.test('the version follows the bytes of the file', async (t) => {
  const one = parseScenario('a.yaml', Buffer.from(text));
  const two = parseScenario('a.yaml', Buffer.from(`${text}# note\n`));
  t.not(one.version, two.version);
});

t.test('the name of the organisation is filled in everywhere', async (t) => {
  const scenario = parseScenario(
    'a.yaml',
    Buffer.from(text.replace('organisation: 採用事務局', 'organisation: 株式会社山川')),
  );
  t.match(scenario.greeting, '株式会社山川でございます');
  t.match(scenario.instructions, '株式会社山川の電話受付');
  t.notMatch(JSON.stringify(scenario), '{organisation}');
});

t.test('the instructions have every section, the binding one last', async (t) => {
  const { instructions } = await loadScenario('attendance-ja', packageRoot());
  const headings = instructions.match(/^# .+$/gm);
  t.same(headings, [
    '# 役割',
    '# 言語',
    '# 話し方',
    '# 会話の流れ',
    '# 聞き取れないとき',
    '# 復唱',
    '# ツール',
    '# 守ること',
  ]);
});

t.test('the shipped greeting can be said in about ten seconds', async (t) => {
  const { greeting, notice } = await loadScenario('attendance-ja', packageRoot());
  const msPerCharacter = 140;
  t.ok(greeting.length * msPerCharacter <= 10_000);
  t.ok(greeting.includes(notice.text));
});

t.test('no shipped sentence claims that a registration was changed', async (t) => {
  const { greeting, phrases } = await loadScenario('attendance-ja', packageRoot());
  for (const sentence of [greeting, ...Object.values(phrases)]) {
    t.notMatch(sentence, /変更(いたし|し)ました|取り消し|登録(いたし|し)ました/);
  }
});

t.test('a refusal names file, line, path, reason and remedy', async (t) => {
  const error = refusalOf((source) => source.replace(/^ {2}toolWait: .*$/m, "  toolWait: ''"));
  t.equal(error.code, 'DW_SCENARIO');
  t.match(error.message, `a.yaml:${lineOf(text, 'toolWait')}: phrases.toolWait`);
  t.match(error.message, 'Compare it with scenarios/attendance-ja.yaml');
});

const refusals: readonly {
  readonly name: string;
  readonly change: (source: string) => string;
  readonly says: string | RegExp;
}[] = [
  { name: 'text that is no YAML', change: (s) => `${s}\n  : [`, says: 'is no YAML' },
  { name: 'a list instead of a mapping', change: () => '- a\n- b\n', says: 'a.yaml:1: is no mapping' },
  { name: 'an empty file', change: () => '', says: 'is no mapping' },
  { name: 'a key twice', change: (s) => `${s}\nid: other\n`, says: 'is no YAML' },
  { name: 'a missing phrase', change: (s) => s.replace(/^ {2}toolWait: .*$/m, ''), says: 'lacks toolWait' },
  { name: 'an unknown key', change: (s) => `${s}\nvoice: marin\n`, says: 'has the unknown key voice' },
  {
    name: 'a misspelt phrase',
    change: (s) => s.replace('  reprompt:', '  repromt:'),
    says: /phrases (lacks reprompt|has the unknown key repromt)/,
  },
  {
    name: 'a blank phrase',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, "  toolWait: '  '"),
    says: 'phrases.toolWait is blank',
  },
  {
    name: 'an unknown name in braces',
    change: (s) => s.replace('担当者におつなぎ', '{name}におつなぎ'),
    says: 'phrases.transferAnnounce has an unknown name',
  },
  {
    name: 'a phrase of more than 120 characters',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, `  toolWait: ${'あ'.repeat(121)}`),
    says: 'phrases.toolWait has 121 characters, more than 120',
  },
  {
    name: 'a greeting of more than 75 characters',
    change: (s) =>
      s.replace('ご用件をお聞かせください。', 'ご用件をお聞かせくださいますようお願いいたします。'),
    says: 'greeting has 78 characters, more than 75',
  },
  {
    name: 'a phrase over several lines',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, '  toolWait: |\n    一\n    二'),
    says: 'phrases.toolWait has a line break',
  },
  {
    name: 'a notice that the greeting does not say',
    change: (s) => s.replace('text: AIが', 'text: 人が'),
    says: 'notice.text does not occur in the greeting',
  },
  {
    name: 'a farewell without a marker',
    change: (s) => s.replace('それでは失礼いたします。', 'それではまた。'),
    says: 'farewellMarkers names nothing of the farewell',
  },
  {
    name: 'an unknown turn detection',
    change: (s) => s.replace('type: semantic_vad', 'type: magic'),
    says: 'turnDetection',
  },
  {
    name: 'a threshold out of range',
    change: (s) =>
      s.replace(
        /type: semantic_vad\n {2}eagerness: auto/,
        'type: server_vad\n  threshold: 2\n  prefixPaddingMs: 300\n  silenceDurationMs: 500',
      ),
    says: 'turnDetection',
  },
  { name: 'a tool name with a blank', change: (s) => s.replace('- end_call', '- end call'), says: 'tools.2' },
  {
    name: 'a keyword twice',
    change: (s) => s.replace('- 会社説明会', '- 採用説明会'),
    says: 'transcription.keywords',
  },
  {
    name: 'an id with capitals',
    change: (s) => s.replace('id: attendance-ja', 'id: Attendance'),
    says: 'id',
  },
  {
    name: 'an alias',
    change: (s) =>
      s
        .replace('organisation: 採用事務局', 'organisation: &o 採用事務局')
        .replace('- ごめんくださいませ', '- *o'),
    says: 'has an alias',
  },
];

for (const { name, change, says } of refusals) {
  t.test(`refuses ${name}`, async (t) => {
    const error = refusalOf(change);
    t.equal(error.code, 'DW_SCENARIO');
    t.match(error.message, says);
    t.match(error.message, /^a\.yaml:\d+: /);
  });
}

t.test('refuses a file that cannot be read, naming it and SCENARIO', async (t) => {
  await t.rejects(loadScenario('no-such', packageRoot()), {
    code: 'DW_SCENARIO',
    message: /scenarios.no-such\.yaml: cannot be read.*SCENARIO/,
  });
});
